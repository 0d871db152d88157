#include "simulator/data_ledger.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include <neve/base/rng.hpp>

#include "simulator/gossip_node.hpp"

namespace neve::simulator {

using namespace std::chrono_literals;

namespace {

// Longer than an answer can be on its way: what was decided before may be told after.
constexpr Time kLongIsolated = 10s;

// Where the number of its writer stands in a column's id.
constexpr unsigned kNumberBits = 40;

std::uint64_t content_of(ColumnId column, GroupIndex group) {
  return CounterRng(column.value(), 9).bits(static_cast<std::uint64_t>(group.value()));
}

bool is_right(const SharedBuffer& chunk, ColumnId column, GroupIndex group) {
  const std::uint64_t content = content_of(column, group);
  return chunk && chunk->size() == sizeof content &&
         std::memcmp(chunk->bytes().data(), &content, sizeof content) == 0;
}

bool is_home(const store::Run& run, NodeId node) {
  return std::ranges::find(run.homes, node) != run.homes.end();
}

}  // namespace

SharedBuffer chunk_of(ColumnId column, GroupIndex group) {
  const std::uint64_t content = content_of(column, group);
  Buffer made(sizeof content);
  std::memcpy(made.bytes().data(), &content, sizeof content);
  return SharedBuffer(std::move(made));
}

void DataLedger::acknowledged(const std::string& name, Frame frame) {
  ++acknowledgements_;
  if (layouts_.insert(frame.layout).second && !has_sound_homes_(frame.layout)) {
    exposed_.insert(frame.layout);
  }
  columns_.insert(frame.columns.begin(), frame.columns.end());
  if (!frames_.emplace(name, std::move(frame)).second) complain(name + " is acknowledged twice");
}

void DataLedger::removing(const std::string& name) {
  const auto at = frames_.find(name);
  const LayoutId layout = at->second.layout;
  frames_.erase(at);
  const auto same = [layout](const auto& item) { return item.second.layout == layout; };
  if (std::ranges::any_of(frames_, same)) return;
  layouts_.erase(layout);
  exposed_.erase(layout);
}

void DataLedger::isolated(HostIndex host, bool is_isolated, Time now) {
  if (is_isolated) {
    isolated_since_.emplace(host, now);
  } else {
    isolated_since_.erase(host);
  }
}

void DataLedger::wrote(HostIndex host, Time begun) {
  const auto at = isolated_since_.find(host);
  if (at == isolated_since_.end() || begun - at->second < kLongIsolated) return;
  complain("host " + std::to_string(host.value()) + ", in a minority, acknowledges a write");
}

std::vector<std::string> DataLedger::expected() const {
  std::vector<std::string> names;
  names.reserve(frames_.size());
  for (const auto& [name, frame] : frames_) names.push_back(name);
  return names;
}

void DataLedger::read(const store::Catalog& catalog, std::span<const std::string> expected) {
  for (const std::string& name : expected) {
    if (frames_.contains(name) && !catalog.find(name)) complain("a read misses " + name);
  }
}

void DataLedger::lost(LayoutId layout, bool excused) {
  if (!lost_.insert(layout).second || excused || exposed_.contains(layout)) return;
  complain("rows of layout " + std::to_string(layout.value()) +
           " are gone though their homes were struck one at a time");
}

void DataLedger::began_job(const std::string& name) { jobs_.emplace(name, 0); }

void DataLedger::ended_job(const std::string& name) {
  if (++jobs_[name] > 1) complain(name + " ends twice");
}

void DataLedger::check_home(const store::Store& store, NodeId self) {
  for (const auto& [name, frame] : frames_) {
    const auto placement = store.catalog().placement(frame.layout);
    if (!placement) continue;
    for (const store::Run& run : placement->runs) {
      if (!is_home(run, self)) continue;
      for (std::int32_t g = run.first_group; g < placement->end_of(run); ++g) {
        for (const ColumnId column : frame.columns) {
          if (!store.catalog().has_column(column)) continue;
          if (is_right(store.find(column, GroupIndex(g)), column, GroupIndex(g))) continue;
          return complain(name_of(self) + " is home of " + name + " but has not all of it");
        }
      }
    }
  }
}

void DataLedger::check_placement(const store::Catalog& catalog, LayoutId layout) {
  const auto placement = catalog.placement(layout);
  if (!placement) return complain("layout " + std::to_string(layout.value()) + " has no place");
  const auto wanted = std::min(catalog.view()->size(), static_cast<std::size_t>(catalog.copies()));
  for (const store::Run& run : placement->runs) {
    if (run.homes.empty() && is_lost(layout)) continue;
    if (run.homes.size() == wanted && !run.incoming) continue;
    return complain("rows of layout " + std::to_string(layout.value()) + " have " +
                    std::to_string(run.homes.size()) + " copies at the end");
  }
}

void DataLedger::check_end(const store::Store& store, NodeId self, bool is_leader) {
  check_home(store, self);
  const store::Catalog& catalog = store.catalog();
  // A placement that changed under a writer may have left chunks elsewhere than at homes; they go
  // with their column. What belongs to no column would stay for ever.
  std::vector<ColumnId> known;
  for (const store::Entry& entry : catalog.list()) {
    known.insert(known.end(), entry.columns.begin(), entry.columns.end());
  }
  // A node that is behind may be sent chunks of a column that has come and gone in the snapshot
  // that brings it up; they go with their writer.
  for (const ColumnId column : columns_) {
    const auto wrote = [column](const cluster::Member& member) {
      return member.number == column.value() >> kNumberBits;
    };
    if (!catalog.has_column(column) && std::ranges::any_of(catalog.view()->members, wrote)) {
      known.push_back(column);
    }
  }
  const std::int64_t left = store.chunk_bytes() - store.chunk_bytes(known);
  if (left != 0 && !gave_up_) {
    complain(name_of(self) + " holds " + std::to_string(left) + " bytes of columns that are gone");
  }
  if (!is_leader) return;
  // An owner may have gone between the record of the end and hearing of it.
  for (const auto& [name, ends] : jobs_) {
    const auto job = catalog.find(name);
    if (job && job->owner) complain(name + " has not ended");
  }
  for (const auto& [name, frame] : frames_) {
    const auto entry = catalog.find(name);
    if (!entry || entry->columns != frame.columns) complain(name + " was acknowledged and is lost");
    check_placement(catalog, frame.layout);
  }
}

}  // namespace neve::simulator
