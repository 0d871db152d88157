#include <algorithm>

#include <neve/store/catalog.hpp>

// What the catalogue tells of where row groups are.
namespace neve::store {

PlacementPtr Catalog::placement_of(ColumnId column) const {
  const std::shared_lock lock(mutex_);
  const auto known = columns_.find(column);
  if (known == columns_.end()) return nullptr;
  const auto layout = layouts_.find(known->second.layout);
  return layout == layouts_.end() ? nullptr : layout->second.placement;
}

std::vector<Catalog::Elsewhere> Catalog::elsewhere(NodeId node, std::uint64_t since) const {
  const std::shared_lock lock(mutex_);
  std::vector<Elsewhere> found;
  for (const auto& [id, layout] : layouts_) {
    const Placement& placement = *layout.placement;
    if (placement.version <= since) continue;
    for (const Run& run : placement.runs) {
      const bool here =
          run.incoming == node || std::ranges::find(run.homes, node) != run.homes.end();
      if (here) continue;
      found.push_back({.first_group = run.first_group,
                       .end_group = placement.end_of(run),
                       .columns = {layout.columns.begin(), layout.columns.end()}});
    }
  }
  return found;
}

std::int64_t Catalog::Spread::groups_of(NodeId node) const {
  const auto at = row_groups.find(node);
  return at == row_groups.end() ? 0 : at->second;
}

Catalog::Spread Catalog::spread() const {
  const std::shared_lock lock(mutex_);
  const auto wanted =
      static_cast<std::int64_t>(std::min(view_->homes().size(), static_cast<std::size_t>(copies_)));
  Spread spread;
  for (const auto& [id, layout] : layouts_) {
    for (const Run& run : layout.placement->runs) {
      const std::int64_t groups = layout.placement->end_of(run) - run.first_group;
      for (const NodeId home : run.homes) spread.row_groups[home] += groups;
      if (run.incoming) spread.row_groups[*run.incoming] += groups;
      if (run.homes.empty()) {
        ++spread.lost_runs;
        continue;
      }
      const auto held = static_cast<std::int64_t>(run.homes.size());
      spread.missing_copies += std::max<std::int64_t>(0, wanted - held);
    }
  }
  return spread;
}

}  // namespace neve::store
