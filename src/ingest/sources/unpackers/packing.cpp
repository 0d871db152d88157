#include <algorithm>
#include <array>
#include <cctype>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest {

namespace {

using namespace std::string_view_literals;

/// A digit for the size of blocks, then the first digits of pi, or those of its square root in a
/// file of nothing; a file that was cut may have fewer of them.
bool confirms_bzip2(std::string_view beginning) {
  if (beginning.size() < 4 || beginning[3] < '1' || beginning[3] > '9') return false;
  const std::string_view behind = beginning.substr(4, 6);
  constexpr std::array kBlocks = {"1AY&SY"sv, "\x17rE8P\x90"sv};
  return std::ranges::any_of(kBlocks, [&](auto block) { return block.starts_with(behind); });
}

constexpr std::array kPackings = {
    Packing{"gzip", "\x1F\x8B"sv, {".gz", ".gzip"}, nullptr, false, &unpackers::open_gzip},
    Packing{"bzip2", "BZh"sv, {".bz2", ".bz"}, &confirms_bzip2, false, &unpackers::open_bzip2},
    Packing{"xz", "\xFD\x37zXZ\0"sv, {".xz", ""}, nullptr, false, &unpackers::open_xz},
    Packing{"zstd", "\x28\xB5\x2F\xFD"sv, {".zst", ".zstd"}, nullptr, true, &unpackers::open_zstd},
    Packing{"lz4", "\x04\x22\x4D\x18"sv, {".lz4", ""}, nullptr, true, &unpackers::open_lz4},
    Packing{"snappy",
            "\xFF\x06\0\0sNaPpY"sv,
            {".sz", ".snappy"},
            nullptr,
            false,
            &unpackers::open_snappy},
};

bool ends_with(std::string_view name, std::string_view ending) {
  if (ending.empty() || name.size() < ending.size()) return false;
  return std::ranges::equal(name.substr(name.size() - ending.size()), ending, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

}  // namespace

const Packing* packing_of(std::string_view beginning) {
  const auto* found =
      std::ranges::find_if(kPackings, [&](const Packing& p) { return p.begins(beginning); });
  return found == kPackings.end() ? nullptr : &*found;
}

const Packing* packing_named(std::string_view file_name) {
  const auto* found = std::ranges::find_if(kPackings, [&](const Packing& packing) {
    return std::ranges::any_of(packing.extensions,
                               [&](auto ending) { return ends_with(file_name, ending); });
  });
  return found == kPackings.end() ? nullptr : &*found;
}

}  // namespace neve::ingest
