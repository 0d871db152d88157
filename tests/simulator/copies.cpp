#include "simulator/copies.hpp"

#include <algorithm>

#include "simulator/chunk_mail.hpp"

namespace neve::simulator {

namespace {

constexpr std::uint64_t kRetryMs = 1000;

}  // namespace

void Copies::tick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  if (complete_) return;
  complete_ = true;
  std::set<Place> wanted;
  for (const auto& fetch_now : parts_.store.catalog().fetches_of(parts_.self)) {
    wanted.emplace(fetch_now.layout, fetch_now.first_group);
    complete_ = fetch(fetch_now) && complete_;
  }
  std::erase_if(errands_, [&](const auto& item) { return !wanted.contains(item.first); });
}

/// False while there is something left to do.
bool Copies::fetch(const store::Catalog::Fetch& wanted) {
  Errand& errand = errands_[{wanted.layout, wanted.first_group}];
  if (errand.committing) return false;
  ChunkMail missing;
  for (const ColumnId column : wanted.columns) {
    for (std::int32_t g = wanted.first_group; g < wanted.end_group; ++g) {
      if (!parts_.store.find(column, GroupIndex(g))) missing.ask(column, GroupIndex(g));
    }
  }
  if (missing.items.empty()) {
    report(wanted, errand);
  } else if (errand.asked_ms == 0 || now_ms_ - errand.asked_ms >= kRetryMs) {
    ask(wanted, errand, wire::encode(missing));
  }
  return false;
}

void Copies::ask(const store::Catalog::Fetch& wanted, Errand& errand, wire::Bytes missing) {
  const auto run =
      std::ranges::find(wanted.placement->runs, wanted.first_group, &store::Run::first_group);
  const auto& homes = run->homes;
  if (homes.empty()) return;  // nobody has the rows any more
  errand.asked_ms = now_ms_;
  errand.number = next_number_++;
  parts_.post(homes[errand.next_home++ % homes.size()], MailKind::get, errand.number,
              std::move(missing));
}

void Copies::report(const store::Catalog::Fetch& wanted, Errand& errand) {
  errand.committing = true;
  store::Command command;
  command.arrival = wanted.arrival(parts_.self);
  parts_.commit(std::move(command),
                [this, place = Place(wanted.layout, wanted.first_group)](const store::Applied&) {
                  errands_.erase(place);
                  complete_ = false;
                });
}

void Copies::on_put(NodeId from, std::uint64_t number, std::span<const std::byte> bytes) {
  if (gone_.contains(from)) return;
  for (const auto& item : wire::decode<ChunkMail>(bytes).items) {
    // Sent twice, and all was done before: a call that nobody waits for is not carried out.
    if (parts_.data.knows(item.column)) continue;
    parts_.store.put(item.column, item.group, item.chunk());
  }
  parts_.post(from, MailKind::put_done, number, {});
}

void Copies::on_get(NodeId from, std::uint64_t number, std::span<const std::byte> bytes) {
  ChunkMail found;
  for (const auto& item : wire::decode<ChunkMail>(bytes).items) {
    if (const SharedBuffer chunk = parts_.store.find(item.column, item.group)) {
      found.add(item.column, item.group, chunk);
    }
  }
  parts_.post(from, MailKind::got, number, wire::encode(found));
}

void Copies::on_got(std::uint64_t number, std::span<const std::byte> bytes) {
  const auto errand =
      std::ranges::find(errands_, number, [](const auto& item) { return item.second.number; });
  if (errand == errands_.end()) return;
  for (const auto& item : wire::decode<ChunkMail>(bytes).items) {
    // One that was freed while its chunks were on their way is not dropped by anybody else.
    if (!parts_.store.catalog().has_column(item.column)) continue;
    parts_.store.put(item.column, item.group, item.chunk());
  }
  errand->second.asked_ms = 0;
  complete_ = false;
  tick(now_ms_);
}

void Copies::on_discard(std::span<const std::byte> bytes) {
  parts_.store.drop(wire::decode<std::vector<ColumnId>>(bytes));
}

}  // namespace neve::simulator
