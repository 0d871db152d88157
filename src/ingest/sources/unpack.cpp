#include "ingest/sources/unpack.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <libdeflate.h>
#include <neve/base/error.hpp>
#include <zip.h>
#include <zlib.h>

#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/owned_bytes.hpp"

namespace neve::ingest {

namespace {

enum class Packing { none, gzip, zip };

Packing packing_of(std::string_view first_bytes) {
  using namespace std::string_view_literals;
  if (first_bytes.starts_with("\x1F\x8B"sv)) return Packing::gzip;
  return first_bytes.starts_with("PK\x03\x04"sv) ? Packing::zip : Packing::none;
}

Packing packing_of(const ByteSource& file) {
  std::array<char, 4> first{};
  const std::size_t size = file.read(0, first);
  return packing_of({first.data(), size});
}

[[noreturn]] void damaged(const ByteSource& file, const char* kind, const std::string& why) {
  throw InputError::illegal_argument(file.name() + ": the " + kind + " data is damaged (" + why +
                                     ").");
}

/// The whole file in memory.
std::shared_ptr<OwnedBytes> load(const ByteSource& file, Budget& budget) {
  auto bytes = std::make_shared<OwnedBytes>(budget, "The file " + file.name());
  const auto size = static_cast<std::size_t>(file.size());
  bytes->reserve(std::max<std::size_t>(size, 1));
  bytes->advance(file.read(0, {bytes->free_space(), size}));
  return bytes;
}

ByteSourcePtr as_source(const ByteSource& file, std::shared_ptr<OwnedBytes> bytes) {
  const std::string_view view = bytes->view();
  return std::make_shared<MemorySource>(file.name(), view, std::move(bytes));
}

/// What the last member says its size is; a first guess for all of them.
std::size_t stated_size(std::string_view packed) {
  if (packed.size() < 18) return 0;
  std::uint32_t size = 0;
  std::memcpy(&size, packed.data() + packed.size() - 4, 4);
  // No deflate stream shrinks more than 1032 times: beyond that the figure is not meant as one.
  return size / 1032 > packed.size() ? 0 : size;
}

struct FreeInflater {
  void operator()(libdeflate_decompressor* it) const { libdeflate_free_decompressor(it); }
};

ByteSourcePtr gunzip(const ByteSource& file, Budget& budget) {
  const auto packed = load(file, budget);
  auto plain = std::make_shared<OwnedBytes>(budget, "The contents of " + file.name());
  const std::unique_ptr<libdeflate_decompressor, FreeInflater> inflater(
      libdeflate_alloc_decompressor());
  NEVE_CHECK(inflater != nullptr, "no memory for a decompressor");
  std::string_view rest = packed->view();
  plain->reserve(std::max({stated_size(rest), 3 * rest.size(), std::size_t{1024}}));
  while (packing_of(rest) == Packing::gzip) {
    std::size_t taken = 0;
    std::size_t given = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(inflater.get(), rest.data(), rest.size(), plain->free_space(),
                                      plain->free_size(), &taken, &given);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      plain->reserve(2 * (plain->size() + plain->free_size()));
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS)
      damaged(file, "gzip", "it ends early or its checksum is wrong");
    plain->advance(given);
    rest.remove_prefix(taken);
  }
  return as_source(file, std::move(plain));
}

/// An open archive over bytes in memory.
class ZipArchive {
 public:
  ZipArchive(const ByteSource& file, std::string_view bytes) : file_(file) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    archive_ = source != nullptr ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
    if (archive_ == nullptr) {
      const std::string why = zip_error_strerror(&error);
      if (source != nullptr) zip_source_free(source);
      zip_error_fini(&error);
      damaged(file, "zip", why);
    }
    zip_error_fini(&error);
  }
  ~ZipArchive() {
    if (entry_ != nullptr) zip_fclose(entry_);
    zip_discard(archive_);
  }
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Opens the first entry that is a file; returns the size that the archive states for it.
  std::uint64_t open_first_file() {
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      zip_stat_t status;
      if (zip_stat_index(archive_, static_cast<zip_uint64_t>(i), 0, &status) != 0) continue;
      if (std::string_view(status.name).ends_with('/')) continue;
      if (std::string_view(status.name) == "[Content_Types].xml") {
        throw InputError::unsupported(file_.name() +
                                      ": this is an Office file; save the sheet as CSV.");
      }
      entry_ = zip_fopen_index(archive_, static_cast<zip_uint64_t>(i), 0);
      if (entry_ == nullptr) damaged(file_, "zip", zip_strerror(archive_));
      return (status.valid & ZIP_STAT_SIZE) != 0 ? status.size : 0;
    }
    throw InputError::illegal_argument(file_.name() + ": there is no file in this zip archive.");
  }
  std::size_t read(char* out, std::size_t most) {
    const zip_int64_t got = zip_fread(entry_, out, most);
    if (got < 0) damaged(file_, "zip", zip_file_strerror(entry_));
    return static_cast<std::size_t>(got);
  }

 private:
  const ByteSource& file_;
  zip_t* archive_ = nullptr;
  zip_file_t* entry_ = nullptr;
};

ByteSourcePtr unzip(const ByteSource& file, Budget& budget) {
  const auto packed = load(file, budget);
  auto plain = std::make_shared<OwnedBytes>(budget, "The contents of " + file.name());
  ZipArchive archive(file, packed->view());
  const std::uint64_t stated = archive.open_first_file();
  plain->reserve(
      std::max<std::size_t>(std::min<std::uint64_t>(stated, 1032 * packed->size()) + 1, 1024));
  for (;;) {
    if (plain->free_size() == 0) plain->reserve(2 * plain->size());
    const std::size_t got = archive.read(plain->free_space(), plain->free_size());
    if (got == 0) break;
    plain->advance(got);
  }
  return as_source(file, std::move(plain));
}

std::string gunzip_beginning(const ByteSource& file, std::size_t most) {
  std::string packed(most, '\0');
  packed.resize(file.read(0, packed));
  std::string plain(most, '\0');
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  NEVE_CHECK(inflateInit2(&stream, kGzipOnly) == Z_OK, "no memory for a decompressor");
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  int state = Z_OK;
  while (state == Z_OK && stream.avail_out != 0 && stream.avail_in != 0) {
    state = inflate(&stream, Z_NO_FLUSH);
    // Members follow one another, as in files made by appending.
    if (state == Z_STREAM_END && stream.avail_in > 2 && stream.next_in[0] == 0x1F) {
      state = inflateReset(&stream);
    }
  }
  plain.resize(plain.size() - stream.avail_out);
  inflateEnd(&stream);
  if (state == Z_DATA_ERROR && plain.empty()) damaged(file, "gzip", "it does not begin as such");
  return plain;
}

std::string unzip_beginning(const ByteSource& file, std::size_t most) {
  // The list of an archive's files is at its end.
  std::string packed(static_cast<std::size_t>(file.size()), '\0');
  packed.resize(file.read(0, packed));
  ZipArchive archive(file, packed);
  archive.open_first_file();
  std::string plain(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const std::size_t got = archive.read(plain.data() + size, most - size);
    if (got == 0) break;
    size += got;
  }
  plain.resize(size);
  return plain;
}

}  // namespace

bool is_packed(const ByteSource& file) { return packing_of(file) != Packing::none; }

ByteSourcePtr unpacked(const ByteSourcePtr& file, Budget& budget) {
  switch (packing_of(*file)) {
    case Packing::gzip:
      return gunzip(*file, budget);
    case Packing::zip:
      return unzip(*file, budget);
    case Packing::none:
      break;
  }
  return file;
}

std::string unpacked_beginning(const ByteSource& file, std::size_t most) {
  switch (packing_of(file)) {
    case Packing::gzip:
      return gunzip_beginning(file, most);
    case Packing::zip:
      return unzip_beginning(file, most);
    case Packing::none:
      break;
  }
  const std::int64_t size = std::min<std::int64_t>(file.size(), static_cast<std::int64_t>(most));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  bytes.resize(file.read(0, bytes));
  return bytes;
}

}  // namespace neve::ingest
