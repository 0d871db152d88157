#include "ingest/sources/unpack.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include <libdeflate.h>
#include <neve/base/error.hpp>

#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/owned_bytes.hpp"
#include "ingest/sources/unpack_stream.hpp"
#include "ingest/sources/zip_archive.hpp"

namespace neve::ingest {

namespace {

using namespace std::string_view_literals;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
constexpr std::string_view kZipMagic = "PK\x03\x04"sv;

std::string beginning_of(const ByteSource& file, std::size_t most) {
  std::string bytes(most, '\0');
  bytes.resize(file.read(0, bytes));
  return bytes;
}

/// How a file is packed.
struct Look {
  const Packing* packing = nullptr;  // null: not, or as a zip archive
  bool zip = false;
};

/// Throws InputError at a file that is cut within the bytes that would show how it is packed, as
/// its name says that it is.
Look look_at(const ByteSource& file) {
  const std::string beginning = beginning_of(file, Unpacker::kBeginning);
  if (const Packing* packing = packing_of(std::string_view(beginning))) return {.packing = packing};
  const Packing* named = packing_named(file.name());
  const bool cut = named != nullptr && !beginning.empty() && named->magic.starts_with(beginning);
  if (cut) refuse_damaged(file, named->name, file.size(), "it ends early");
  return {.zip = beginning.starts_with(kZipMagic)};
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

/// Whether zeros, with which tapes and some tools fill up a file, are all that is left.
bool is_padding(std::string_view rest) { return rest.find_first_not_of('\0') == rest.npos; }

/// The contents of a gzip file by the fastest decoder, which needs it in memory; null where it does
/// not understand the file, but not why.
ByteSourcePtr gunzip(const ByteSource& file, const Packing& gzip, Budget& budget) {
  const auto packed = load_file(file, budget);
  auto plain = std::make_shared<OwnedBytes>(budget, "The contents of " + file.name());
  const std::unique_ptr<libdeflate_decompressor, FreeInflater> inflater(
      libdeflate_alloc_decompressor());
  NEVE_CHECK(inflater != nullptr, "no memory for a decompressor");
  std::string_view rest = packed->view();
  plain->reserve(std::max({stated_size(rest), 3 * rest.size(), std::size_t{1024}}));
  while (!is_padding(rest)) {
    std::size_t taken = 0;
    std::size_t given = 0;
    const bool begins = gzip.begins(rest);
    const libdeflate_result result =
        !begins ? LIBDEFLATE_BAD_DATA
                : libdeflate_gzip_decompress_ex(inflater.get(), rest.data(), rest.size(),
                                                plain->free_space(), plain->free_size(), &taken,
                                                &given);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      plain->reserve(2 * (plain->size() + plain->free_size()));
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) return nullptr;
    plain->advance(given);
    rest.remove_prefix(taken);
  }
  return as_source(file, std::move(plain));
}

/// The contents of a file of any packing; one that is damaged is an error with its place.
ByteSourcePtr unpack_stream(const ByteSource& file, const Packing& packing, Budget& budget) {
  UnpackStream stream(file, packing, budget);
  auto plain = std::make_shared<OwnedBytes>(budget, "The contents of " + file.name());
  plain->reserve(static_cast<std::size_t>(3 * file.size()) + 1024);
  for (;;) {
    if (plain->free_size() == 0) plain->reserve(2 * plain->size());
    const std::size_t got = stream.read({plain->free_space(), plain->free_size()});
    if (got == 0) break;
    plain->advance(got);
  }
  return as_source(file, std::move(plain));
}

ByteSourcePtr unpack(const ByteSource& file, const Packing& packing, Budget& budget) {
  ByteSourcePtr plain;
  if (packing.name == "gzip") plain = gunzip(file, packing, budget);
  return plain ? plain : unpack_stream(file, packing, budget);
}

/// The first file of an archive, or its first bytes.
std::shared_ptr<OwnedBytes> unzip(const ByteSource& file, std::size_t most, Budget& budget) {
  ZipArchive archive(file, budget);
  auto plain = std::make_shared<OwnedBytes>(budget, "The contents of " + file.name());
  archive.read_first_file(most, *plain);
  return plain;
}

}  // namespace

bool is_packed(const ByteSource& file) {
  const Look look = look_at(file);
  return look.packing != nullptr || look.zip;
}

ByteSourcePtr unpacked(const ByteSourcePtr& file, Budget& budget) {
  const Look look = look_at(*file);
  if (look.packing != nullptr) return unpack(*file, *look.packing, budget);
  return look.zip ? as_source(*file, unzip(*file, kAll, budget)) : file;
}

std::string unpacked_beginning(const ByteSource& file, std::size_t most, Budget& budget) {
  const Look look = look_at(file);
  if (look.zip) return std::string(unzip(file, most, budget)->view());
  const auto size = static_cast<std::size_t>(file.size());
  if (look.packing == nullptr) return beginning_of(file, std::min(size, most));
  std::string plain(most, '\0');
  plain.resize(UnpackStream(file, *look.packing, budget).read(plain));
  return plain;
}

}  // namespace neve::ingest
