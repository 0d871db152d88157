#include "ingest/parse_job.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <set>

#include <neve/base/error.hpp>

#include "cluster/api/agreement.hpp"
#include "ingest/formats/columnar/columnar_reader.hpp"
#include "ingest/formats/columnar/columnar_setup.hpp"
#include "ingest/parse_team.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/table_files.hpp"

namespace neve::ingest {

namespace {

constexpr double kReadShare = 0.8;  // of the job; the rest is encoding
/// Files of fewer bytes are read sooner than other nodes are asked.
constexpr std::int64_t kWorthSharing = std::int64_t{1} << 20;

/// What plans, messages and chunks take for a column, though it have but zeros (measured). Text of
/// cells pays for its columns; a single pair may ask for a million.
constexpr std::int64_t kPairColumnBytes = 2048;

std::vector<NodeId> choose_members(const ParseSite& site, const cluster::View& view,
                                   const std::vector<ParseFile>& files) {
  std::int64_t bytes = 0;
  for (const ParseFile& file : files) bytes += file.source->size();
  if (bytes < kWorthSharing || !view.contains(site.self())) return {site.self()};
  return view.ids();
}

frame::Domain merge_sorted(frame::Domain left, frame::Domain right) {
  if (left.empty()) return right;
  frame::Domain all;
  all.reserve(std::max(left.size(), right.size()));
  std::set_union(std::make_move_iterator(left.begin()), std::make_move_iterator(left.end()),
                 std::make_move_iterator(right.begin()), std::make_move_iterator(right.end()),
                 std::back_inserter(all));
  return all;
}

/// One way from files to columns, by the members of one view. Driven by one thread.
class ParseAttempt {
 public:
  ParseAttempt(ParseShares& shares, const cluster::View& view, const ParseRun& run, job::Job& job)
      : site_(shares.site()),
        engine_(site_.node.engine()),
        run_(run),
        plan_(run.plan),
        job_(job),
        team_(shares, choose_members(site_, view, run.files), job.token()) {}

  frame::Frame make() {
    job_.progress(0, "Ingesting files.");
    describe_files();
    unpack_files();
    cut_files();
    read();
    correct();
    widen_plan();
    job_.progress(kReadShare, "Compressing data.");
    lay_out();
    complete();
    frame::Frame frame = encode();
    for (std::string& warning : type_warnings_) job_.warn(std::move(warning));
    for (std::string& warning : warnings_of(oddities_, files_, plan_)) {
      job_.warn(std::move(warning));
    }
    return frame;
  }

 private:
  void describe_files();
  void unpack_files();
  void cut_files();
  void cut_columns(const std::vector<ByteSourcePtr>& sources);
  void share_out();
  void read();
  void correct();
  void widen_plan();
  void lay_out();
  void complete();
  void merge_levels(std::vector<CompleteReply>& replies);
  frame::Frame encode();

  [[nodiscard]] bool takes_part(std::size_t member) const {
    return bounds_[member] < bounds_[member + 1] || team_.members()[member] == site_.self();
  }
  /// The member that has read a row.
  [[nodiscard]] std::size_t reader_of(std::int64_t row) const;
  /// The ranges that hold what the member's last row group lacks.
  [[nodiscard]] std::vector<ByteRange> tail_of(std::size_t member) const;
  void refer_to_files(const std::vector<ByteRange>& ranges, std::vector<std::size_t>& places,
                      std::vector<FileRef>& refs) const;

  const ParseSite& site_;
  mr::Engine& engine_;
  const ParseRun& run_;
  TablePlan plan_;
  Reservation column_memory_;
  job::Job& job_;
  ParseTeam team_;
  std::vector<FileRef> refs_;     // to the files as they are, then to what they hold
  std::vector<TableFile> files_;  // unpacked
  std::vector<ByteRange> ranges_;
  std::vector<std::size_t> bounds_;  // first range of each member, then their number
  std::vector<ReadReply> read_;      // by member
  std::vector<std::int64_t> range_rows_;
  std::vector<std::int64_t> first_row_;  // of each member, then the number of rows
  frame::LayoutPtr layout_;
  std::vector<std::int32_t> first_group_;  // of each member, then the number of groups
  std::vector<std::string> type_warnings_;
  Oddities oddities_;
  std::vector<frame::ColumnType> types_;   // of the files' columns
  std::vector<frame::DomainPtr> domains_;  // likewise
};

void ParseAttempt::describe_files() {
  for (const auto& [file, blob] : run_.files) {
    FileRef& ref = refs_.emplace_back();
    ref.source = refs_.size() - 1;
    ref.name = file->name();
    ref.size = file->size();
    ref.holder = site_.self();
    ref.blob = blob;
    team_.own().hold(ref.source, file);
    const std::optional<FileStamp> stamp = file->stamp();
    if (!stamp) continue;
    check_unchanged(*file, {.size = file->size(), .changed_ns = stamp->changed_ns}, site_.name());
    // Nobody else to compare it with: no need to look into it.
    const bool alone = team_.members().size() == 1;
    ref.local = {.stamp = *stamp, .sample = alone ? 0 : sample_hash(*file)};
  }
}

void ParseAttempt::unpack_files() {
  const std::size_t count = team_.members().size();
  std::vector<std::optional<UnpackOrder>> orders(count);
  std::vector<std::size_t> packed;
  for (std::size_t i = 0; i < run_.files.size(); ++i) {
    if (!needs_reading(*run_.files[i].source)) continue;
    std::optional<UnpackOrder>& order = orders[packed.size() % count];
    if (!order) order.emplace();
    order->files.push_back(refs_[i]);
    order->as.push_back(run_.files.size() + i);
    packed.push_back(i);
  }
  if (packed.empty()) return;
  const auto replies = team_.ask("parse.unpack", orders, &ParseShare::unpack);
  for (std::size_t p = 0; p < packed.size(); ++p) {
    FileRef& ref = refs_[packed[p]];
    ref.source += run_.files.size();
    ref.size = replies[p % count].sizes.at(p / count);
    ref.holder = team_.members()[p % count];
    ref.local.reset();
    ref.blob.reset();
  }
}

void ParseAttempt::cut_files() {
  std::vector<ByteSourcePtr> sources;
  for (const FileRef& ref : refs_) {
    job_.token()->check();
    sources.push_back(team_.own().open(ref));
  }
  if (plan_.parse.columnar) {
    cut_columns(sources);
  } else {
    files_ = find_rows(sources, plan_);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      cut_file(i, files_[i].data_start, files_[i].source->size(), range_bytes(plan_.parse.cells()),
               ranges_);
    }
  }
  share_out();
}

/// Files of columns say themselves where their rows are.
void ParseAttempt::cut_columns(const std::vector<ByteSourcePtr>& sources) {
  std::unique_ptr<columnar::ColumnFile> first;
  for (const ByteSourcePtr& source : sources) {
    auto file = std::make_unique<columnar::ColumnFile>(source, engine_.budget(),
                                                       "Parsing into " + run_.destination);
    columnar::cut_file(files_.size(), file->contents(), ranges_);
    files_.push_back({.source = source});
    if (first) {
      columnar::check_same_fields(*first, *file);
      continue;
    }
    first = std::move(file);
    type_warnings_ = columnar::fit_types(*first, plan_.names, plan_.parse.columns);
  }
}

/// Each member gets consecutive ranges, about as many bytes as the others: as the row groups are
/// placed, so that most of a member's rows stay with it.
void ParseAttempt::share_out() {
  const auto count = static_cast<double>(team_.members().size());
  double total = 0;
  for (const ByteRange& range : ranges_) total += static_cast<double>(range.end - range.begin);
  bounds_.assign(1, 0);
  double before = 0;
  for (std::size_t r = 0; r < ranges_.size(); ++r) {
    while (before * count >= total * static_cast<double>(bounds_.size())) bounds_.push_back(r);
    before += static_cast<double>(ranges_[r].end - ranges_[r].begin);
  }
  bounds_.resize(team_.members().size() + 1, ranges_.size());
}

void ParseAttempt::refer_to_files(const std::vector<ByteRange>& ranges,
                                  std::vector<std::size_t>& places,
                                  std::vector<FileRef>& refs) const {
  for (const ByteRange& range : ranges) {
    if (!places.empty() && places.back() == range.file) continue;
    places.push_back(range.file);
    refs.push_back(refs_[range.file]);
  }
}

void ParseAttempt::read() {
  const ParsePlan& plan = plan_.parse;
  std::vector<std::optional<ReadOrder>> orders(team_.members().size());
  for (std::size_t m = 0; m < orders.size(); ++m) {
    if (!takes_part(m)) continue;
    ReadOrder& order = orders[m].emplace();
    order.destination = run_.destination;
    order.dialect = plan.dialect;
    order.columns = plan.columns;
    order.zone = plan.zone.name();
    order.columnar = plan.columnar;
    order.adjust_to_local = plan.adjust_to_local;
    const auto begin = ranges_.begin();
    order.ranges.assign(begin + static_cast<std::ptrdiff_t>(bounds_[m]),
                        begin + static_cast<std::ptrdiff_t>(bounds_[m + 1]));
    refer_to_files(order.ranges, order.places, order.files);
  }
  team_.own().on_progress([this](double share) { job_.progress(kReadShare * share); });
  read_ = team_.ask("parse.read", orders, &ParseShare::read);
}

/// From the first range of each file on, the end of one is the start of the next.
void ParseAttempt::correct() {
  std::int64_t start = 0;
  for (std::size_t m = 0; m < read_.size(); ++m) {
    if (bounds_[m] == bounds_[m + 1]) continue;
    if (ranges_[bounds_[m]].first) start = read_[m].start;
    if (read_[m].start != start || read_[m].end < 0) {
      std::vector<std::optional<CorrectOrder>> orders(read_.size());
      orders[m] = CorrectOrder{start};
      read_[m] = team_.ask("parse.correct", orders, &ParseShare::correct)[m];
    }
    start = read_[m].end;
  }
}

/// How many columns pairs have is known when all are read.
void ParseAttempt::widen_plan() {
  if (!plan_.parse.dialect.pairs) return;
  for (const ReadReply& reply : read_) widen(plan_, reply.columns);
  const auto columns = static_cast<std::int64_t>(plan_.names.size());
  column_memory_ =
      engine_.budget().reserve(kPairColumnBytes * columns, "Parsing into " + run_.destination);
}

std::size_t ParseAttempt::reader_of(std::int64_t row) const {
  for (std::size_t m = 0; m + 1 < first_row_.size(); ++m) {
    if (first_row_[m] <= row && row < first_row_[m + 1]) return m;
  }
  // No rows at all: the one group is made here.
  const std::vector<NodeId>& members = team_.members();
  return static_cast<std::size_t>(std::ranges::find(members, site_.self()) - members.begin());
}

/// A row group is made by the member that has read its first row.
void ParseAttempt::lay_out() {
  first_row_.assign(1, 0);
  for (const ReadReply& reply : read_) {
    first_row_.push_back(std::accumulate(reply.rows.begin(), reply.rows.end(), first_row_.back()));
    range_rows_.insert(range_rows_.end(), reply.rows.begin(), reply.rows.end());
  }
  NEVE_CHECK(range_rows_.size() == ranges_.size());
  const auto width = static_cast<std::int64_t>(plan_.kept.size());
  layout_ = engine_.new_layout(frame::row_cuts(first_row_.back(), width));
  std::int32_t group = 0;
  for (std::size_t m = 0; m < read_.size(); ++m) {
    first_group_.push_back(group);
    while (group < layout_->groups() && reader_of(layout_->first_row(GroupIndex(group))) == m) {
      ++group;
    }
  }
  first_group_.push_back(group);
  NEVE_CHECK(group == layout_->groups());
}

std::vector<ByteRange> ParseAttempt::tail_of(std::size_t member) const {
  std::vector<ByteRange> tail;
  if (first_group_[member] == first_group_[member + 1]) return tail;
  const std::int64_t end = layout_->cuts[static_cast<std::size_t>(first_group_[member + 1])];
  std::int64_t row = first_row_[member + 1];
  for (std::size_t r = bounds_[member + 1]; row < end; ++r) {
    tail.push_back(ranges_[r]);
    row += range_rows_[r];
  }
  return tail;
}

void ParseAttempt::complete() {
  std::vector<std::optional<CompleteOrder>> orders(team_.members().size());
  for (std::size_t m = 0; m < orders.size(); ++m) {
    if (!takes_part(m)) continue;
    CompleteOrder& order = orders[m].emplace();
    order.first_row = first_row_[m];
    order.tail_start = read_[m].end;
    order.columns = plan_.parse.columns.size();
    order.tail = tail_of(m);
    refer_to_files(order.tail, order.places, order.files);
  }
  auto replies = team_.ask("parse.complete", orders, &ParseShare::complete);
  merge_levels(replies);
}

void ParseAttempt::merge_levels(std::vector<CompleteReply>& replies) {
  for (const ColumnPlan& column : plan_.parse.columns) types_.push_back(column.type);
  domains_.resize(types_.size());
  engine_.pool().for_each(types_.size(), [&](std::size_t c) {
    if (types_[c] != frame::ColumnType::categorical) return;
    std::optional<frame::Domain> all(std::in_place);
    for (CompleteReply& reply : replies) {
      if (reply.levels.empty() || !all) continue;  // has no share
      std::optional<frame::Domain>& levels = reply.levels.at(c);
      if (levels) *all = merge_sorted(std::move(*all), std::move(*levels));
      if (!levels || all->size() > TableEncoder::kMostLevels) all.reset();
    }
    if (!all)
      types_[c] = frame::ColumnType::string;
    else if (all->empty())
      types_[c] = frame::ColumnType::bad;
    else
      domains_[c] = std::make_shared<const frame::Domain>(std::move(*all));
  });
}

frame::Frame ParseAttempt::encode() {
  frame::Frame frame;
  frame.layout = layout_;
  EncodeOrder whole{.layout = layout_,
                    .placement = engine_.placement(*layout_),
                    .kept = plan_.kept,
                    .ids = {},
                    .types = types_,
                    .domains = domains_};
  std::vector<mr::OutputColumn> kinds;
  for (std::size_t c : plan_.kept) {
    whole.ids.push_back(engine_.new_column_id());
    kinds.push_back({.type = types_[c], .domain = domains_[c]});
    frame.names.push_back(plan_.names[c]);
  }
  std::vector<std::optional<EncodeOrder>> orders(team_.members().size());
  for (std::size_t m = 0; m < orders.size(); ++m) {
    if (!takes_part(m)) continue;
    orders[m] = whole;
    orders[m]->first_group = first_group_[m];
    orders[m]->end_group = first_group_[m + 1];
  }
  team_.own().on_progress(
      [this](double share) { job_.progress(kReadShare + (1 - kReadShare) * share); });
  try {
    mr::PutColumns put{
        .layout = layout_, .placement = whole.placement, .ids = whole.ids, .missed = {}};
    for (const EncodeReply& reply : team_.ask("parse.encode", orders, &ParseShare::encode)) {
      put.missed.insert(reply.missed.begin(), reply.missed.end());
      oddities_.add(reply.oddities);
    }
    frame.columns = site_.node.adopt(put, kinds);
  } catch (...) {
    engine_.discard(whole.ids);
    throw;
  }
  return frame;
}

/// Waits until the members are others than in `view`, or for a moment, as a call may fail though
/// nobody is lost; and until this node is one of them.
void await_other_members(const ParseSite& site, const cluster::View& view,
                         const job::Token& token) {
  constexpr std::chrono::milliseconds kCancelPoll(20);
  constexpr std::chrono::seconds kTryAgain(3);
  const auto until = std::chrono::steady_clock::now() + kTryAgain;
  const auto changed = [&](const store::Catalog& catalog) {
    const auto now = catalog.view();
    return now->epoch != view.epoch && now->contains(site.self());
  };
  while (!site.node.store().wait_for(changed, kCancelPoll)) {
    token.check();
    if (std::chrono::steady_clock::now() > until) return;
  }
}

/// Every attempt begins anew: what is left of one that failed writes to columns of its own.
frame::Frame parse_anyhow(ParseShares& shares, const ParseRun& run, job::Job& job) {
  const ParseSite& site = shares.site();
  std::optional<std::chrono::steady_clock::time_point> give_up_at;
  while (true) {
    const auto view = site.node.store().catalog().view();
    try {
      return ParseAttempt(shares, *view, run, job).make();
    } catch (const cluster::NoQuorumError&) {
      throw;
    } catch (const ClusterError&) {
      const auto now = std::chrono::steady_clock::now();
      if (!give_up_at) give_up_at = now + cluster::kAgreeWithin;
      if (now > *give_up_at) throw;
      await_other_members(site, *view, *job.token());
    }
  }
}

}  // namespace

void run_parse(ParseShares& shares, frame::Frames& frames, const ParseRun& run, job::Job& job) {
  frame::Frame frame = parse_anyhow(shares, run, job);
  frame.key = run.destination;
  frames.publish(frame);
  job.progress(1, "Done.");
}

}  // namespace neve::ingest
