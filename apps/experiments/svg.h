#pragma once
#include <string>

/// Pieces of SVG that charts have in common.
namespace experiments::svg {

/// The beginning of a file, with a title at `left`; "</svg>" ends it.
std::string begin(double width, double height, double left, const std::string &title);

/// The text as SVG has it.
std::string escaped(const std::string &text);

std::string text_at(double x, double y, const std::string &attributes, const std::string &text);

/// 1, 2 or 5 times a power of ten, so that there are 4 to 10 of them.
double step_of(double most);

} // namespace experiments::svg
