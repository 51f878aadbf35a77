#include "sim/npy.h"

#include "hwgen/support/error.h"

#include <cstring>
#include <fstream>
#include <regex>
#include <sstream>

namespace Orrery::sim {

namespace {

constexpr char magic[] = "\x93NUMPY";
constexpr size_t magic_bytes = 6;

/// "|i1", "<u2": the type in the words of NumPy, little endian.
std::string descriptor(halide_type_t type) {
    char kind = type.bits == 1 ? 'b' : type.code == halide_type_int ? 'i' : 'u';
    return fmt::format("{}{}{}", type.bytes() == 1 ? '|' : '<', kind, type.bytes());
}

struct Header {
    std::string type;
    bool fortran_order = false;
    std::vector<int64_t> shape;
};

Header parse_header(const std::string &text, const std::string &file) {
    std::smatch type, order, shape;
    if (!std::regex_search(text, type, std::regex("'descr': *'([^']*)'")) ||
        !std::regex_search(text, order, std::regex("'fortran_order': *(True|False)")) ||
        !std::regex_search(text, shape, std::regex("'shape': *\\(([0-9, ]*)\\)"))) {
        user_error("{}: the header of the .npy file is not understood", file);
    }
    Header header;
    header.type = type[1];
    header.fortran_order = order[1] == "True";
    std::istringstream words(shape[1]);
    for (std::string word; std::getline(words, word, ',');) {
        if (word.find_first_not_of(' ') != std::string::npos) {
            header.shape.push_back(std::stoll(word));
        }
    }
    return header;
}

std::string read_header(std::istream &in, const std::string &file) {
    char start[magic_bytes + 2] = {};
    in.read(start, sizeof(start));
    if (!in || std::memcmp(start, magic, magic_bytes) != 0) {
        user_error("{}: this is not a .npy file", file);
    }
    unsigned char bytes[4] = {};
    in.read(reinterpret_cast<char *>(bytes), start[magic_bytes] == 1 ? 2 : 4);
    size_t length = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | size_t(bytes[3]) << 24;
    if (!in || length > 1'000'000) {
        user_error("{}: the header of the .npy file is not understood", file);
    }
    std::string text(length, ' ');
    in.read(text.data(), static_cast<std::streamsize>(length));
    return text;
}

std::string shape_text(const std::vector<int64_t> &shape) {
    std::string text = "(";
    for (int64_t extent : shape) {
        text += std::to_string(extent) + ", ";
    }
    if (shape.size() > 1) {
        text.resize(text.size() - 2);
    } else if (shape.size() == 1) {
        text.resize(text.size() - 1);
    }
    return text + ")";
}

std::vector<int64_t> reversed_extents(const TensorDescription &tensor) {
    std::vector<int64_t> shape;
    for (auto d = tensor.dimensions.rbegin(); d != tensor.dimensions.rend(); ++d) {
        shape.push_back(d->extent);
    }
    return shape;
}

/// The tensor as the elements follow each other in the file.
TensorDescription file_layout(const TensorDescription &tensor, bool fortran_order) {
    TensorDescription layout = tensor;
    int64_t stride = 1;
    size_t n = layout.dimensions.size();
    for (size_t i = 0; i < n; i++) {
        TensorDimension &d = layout.dimensions[fortran_order ? n - 1 - i : i];
        d.stride = stride;
        stride *= d.extent;
    }
    return layout;
}

} // namespace

Buffer load_npy(const std::filesystem::path &path, const TensorDescription &tensor) {
    std::string file = path.string();
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        user_error("{}: cannot be read", file);
    }
    Header header = parse_header(read_header(in, file), file);
    std::string wanted = descriptor(tensor.type);
    if (header.type.size() < 2 || header.type.substr(1) != wanted.substr(1) ||
        (header.type[0] == '>' && tensor.type.bytes() > 1)) {
        user_error("{}: the array is of type '{}', tensor {} of type '{}' ({})", file, header.type,
                   tensor.name, wanted, type_name(tensor.type));
    }
    if (header.shape != reversed_extents(tensor)) {
        user_error("{}: the array has the shape {}, tensor {} needs {} (the last axis is Halide's "
                   "first dimension)",
                   file, shape_text(header.shape), tensor.name,
                   shape_text(reversed_extents(tensor)));
    }
    TensorDescription layout = file_layout(tensor, header.fortran_order);
    Random unused(0);
    TensorMemory image(0, layout.span_bytes(), unused);
    in.read(reinterpret_cast<char *>(image.data()), static_cast<std::streamsize>(image.size()));
    if (!in) {
        user_error("{}: the file ends before the last element", file);
    }
    Buffer buffer = allocate_tensor(tensor);
    load_tensor(layout, image, buffer);
    return buffer;
}

void save_npy(const std::filesystem::path &path, const TensorDescription &tensor,
              const Buffer &buffer) {
    TensorDescription layout = file_layout(tensor, false);
    Random unused(0);
    TensorMemory image(0, layout.span_bytes(), unused);
    store_tensor(layout, buffer, image);
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                     descriptor(tensor.type), shape_text(reversed_extents(tensor)));
    // Magic, version and length take 10 bytes; the data starts at a multiple of 64.
    header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
    header += '\n';
    std::ofstream out(path, std::ios::binary);
    out.write(magic, magic_bytes);
    out.put(1).put(0);
    out.put(static_cast<char>(header.size() & 0xff)).put(static_cast<char>(header.size() >> 8));
    out << header;
    out.write(reinterpret_cast<const char *>(image.data()),
              static_cast<std::streamsize>(image.size()));
    out.close();
    if (!out) {
        user_error("{}: cannot be written", path.string());
    }
}

} // namespace Orrery::sim
