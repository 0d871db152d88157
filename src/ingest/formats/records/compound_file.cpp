#include "ingest/formats/records/compound_file.hpp"

#include <algorithm>
#include <cstring>

#include <neve/base/error.hpp>

#include "ingest/sources/unpack_stream.hpp"
#include "ingest/sources/zip_archive.hpp"

namespace neve::ingest {

namespace {

// Where the header says what, and what it may say.
constexpr std::size_t kHeader = 512;
constexpr std::size_t kSectorShift = 30;
constexpr std::size_t kFirstOfDirectory = 48;
constexpr std::size_t kFirstOfSmallTable = 60;
constexpr std::size_t kFirstOfTableList = 68;
constexpr std::size_t kTableList = 76;
constexpr std::uint32_t kLastSector = 0xFFFFFFFA;  // greater numbers mean other things
constexpr std::uint32_t kSmall = 4096;             // streams of fewer bytes have small sectors
constexpr std::size_t kSmallSector = 64;
// Of an entry of the directory.
constexpr std::size_t kEntry = 128;
constexpr std::size_t kNameBytes = 64;
constexpr std::size_t kKind = 66;
constexpr std::size_t kFirst = 116;
constexpr std::size_t kSize = 120;
constexpr char kRoot = 5;
constexpr char kStream = 2;

/// The name of an entry, if it is of ASCII.
std::string name_of(std::string_view entry) {
  const std::size_t bytes = std::min<std::size_t>(u16_at(entry, kNameBytes), kNameBytes);
  std::string name;
  for (std::size_t i = 0; i + 2 < bytes; i += 2) name += entry[i + 1] == 0 ? entry[i] : '?';
  return name;
}

}  // namespace

std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void CompoundFile::damaged(std::uint64_t byte, const std::string& why) const {
  refuse_damaged(file_, "XLS", static_cast<std::int64_t>(byte), why);
}

CompoundFile::CompoundFile(const ByteSource& file, Budget& budget)
    : file_(file), budget_(budget), all_(load_file(file, budget)) {
  const std::string_view header = all_->view();
  if (header.size() < kHeader) damaged(header.size(), "it ends early");
  const std::uint16_t shift = u16_at(header, kSectorShift);
  if (shift != 9 && shift != 12) damaged(kSectorShift, "there is no such size of sectors");
  sector_bytes_ = std::size_t{1} << shift;
  read_table();
  for (std::uint32_t number : chain(u32_at(header, kFirstOfDirectory), table_)) {
    entries_ += sector(number);
  }
}

std::uint64_t CompoundFile::place_of(std::uint32_t sector) const {
  return (std::uint64_t{sector} + 1) * sector_bytes_;
}

std::string_view CompoundFile::sector(std::uint32_t number) const {
  const std::uint64_t begin = place_of(number);
  if (begin + sector_bytes_ > all_->size()) damaged(all_->size(), "it ends early");
  return all_->view().substr(begin, sector_bytes_);
}

/// The table is spread over sectors, which the header lists; where it has no room for all of them,
/// further sectors list more, each naming the next one in its last place.
void CompoundFile::read_table() {
  const std::string_view header = all_->view();
  const std::size_t sectors = all_->size() / sector_bytes_ + 1;
  table_memory_ = budget_.reserve(static_cast<std::int64_t>(2 * sectors * sizeof(std::uint32_t)),
                                  "The sectors of " + file_.name());
  for (std::size_t at = kTableList; at < kHeader; at += 4) add_table_of(u32_at(header, at));
  std::uint32_t list = u32_at(header, kFirstOfTableList);
  for (std::size_t seen = 0; list < kLastSector; ++seen) {
    if (seen > sectors) damaged(place_of(list), "the list of its table has no end");
    const std::string_view more = sector(list);
    for (std::size_t at = 0; at + 4 < sector_bytes_; at += 4) add_table_of(u32_at(more, at));
    list = u32_at(more, sector_bytes_ - 4);
  }
}

void CompoundFile::add_table_of(std::uint32_t number) {
  if (number >= kLastSector) return;
  const std::string_view entries = sector(number);
  const std::size_t sectors = all_->size() / sector_bytes_ + 1;
  for (std::size_t at = 0; at < sector_bytes_ && table_.size() < sectors; at += 4) {
    table_.push_back(u32_at(entries, at));
  }
}

CompoundFile::Sectors CompoundFile::chain(std::uint32_t first, const Sectors& table) const {
  Sectors found;
  for (std::uint32_t at = first; at < kLastSector; at = table[at]) {
    if (at >= table.size()) damaged(all_->size(), "it ends early");
    if (found.size() >= table.size()) damaged(place_of(first), "its sectors go in circles");
    found.push_back(at);
  }
  return found;
}

std::shared_ptr<OwnedBytes> CompoundFile::contents(std::uint32_t first, std::uint64_t size) {
  auto bytes = std::make_shared<OwnedBytes>(budget_, "A stream of " + file_.name());
  bytes->reserve(std::min<std::uint64_t>(size, all_->size()) + sector_bytes_);
  for (std::uint32_t number : chain(first, table_)) {
    if (bytes->size() >= size) break;
    const std::uint64_t begin = place_of(number);
    if (begin >= all_->size()) damaged(all_->size(), "it ends early");
    // The last sector of a file may be shorter than others.
    const std::string_view piece = all_->view().substr(begin, sector_bytes_);
    bytes->append(piece.substr(0, static_cast<std::size_t>(size - bytes->size())));
  }
  if (bytes->size() < size) damaged(all_->size(), "it ends early");
  return bytes;
}

std::shared_ptr<OwnedBytes> CompoundFile::small_contents(std::uint32_t first, std::uint64_t size) {
  Sectors table;
  for (std::uint32_t number : chain(u32_at(all_->view(), kFirstOfSmallTable), table_)) {
    const std::string_view entries = sector(number);
    for (std::size_t at = 0; at < sector_bytes_; at += 4) table.push_back(u32_at(entries, at));
  }
  const std::string_view root(entries_);
  const auto sectors = contents(u32_at(root, kFirst), u32_at(root, kSize));
  auto bytes = std::make_shared<OwnedBytes>(budget_, "A stream of " + file_.name());
  bytes->reserve(size + kSmallSector);
  for (std::uint32_t number : chain(first, table)) {
    const std::uint64_t begin = std::uint64_t{number} * kSmallSector;
    if (bytes->size() >= size) break;
    if (begin >= sectors->size()) damaged(all_->size(), "it ends early");
    const std::string_view piece = sectors->view().substr(begin, kSmallSector);
    bytes->append(piece.substr(0, static_cast<std::size_t>(size - bytes->size())));
  }
  if (bytes->size() < size) damaged(all_->size(), "it ends early");
  return bytes;
}

std::shared_ptr<const OwnedBytes> CompoundFile::stream(std::string_view name) {
  const std::string_view entries(entries_);
  if (entries.size() < kEntry || entries[kKind] != kRoot) {
    damaged(place_of(u32_at(all_->view(), kFirstOfDirectory)), "it has no directory");
  }
  for (std::size_t at = 0; at + kEntry <= entries.size(); at += kEntry) {
    const std::string_view entry = entries.substr(at, kEntry);
    if (entry[kKind] != kStream || name_of(entry) != name) continue;
    const std::uint32_t first = u32_at(entry, kFirst);
    const std::uint32_t size = u32_at(entry, kSize);
    return size < kSmall ? small_contents(first, size) : contents(first, size);
  }
  return nullptr;
}

}  // namespace neve::ingest
