#include <neve/ingest/ingest.hpp>

#include <array>
#include <cstring>
#include <fstream>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "ingest/api/serve_parses.hpp"
#include "ingest/import_paths.hpp"
#include "ingest/parse_job.hpp"
#include "ingest/parse_shares.hpp"
#include "ingest/raw_files.hpp"
#include "ingest/sources/unpack.hpp"
#include "ingest/sources/url.hpp"

namespace neve::ingest {

namespace {

constexpr int kSuggestions = 100;

/// H2O-3's name for a file of this machine: "nfs:/" and the absolute path.
std::string key_of_path(const std::string& path) { return "nfs:/" + path; }

bool exists_file(const std::string& path) { return std::ifstream(path).good(); }

void write_file(CsvWriter& writer, const std::string& path, job::Job& job) {
  // Written beside its place first: a failed export leaves what was there.
  const std::string unfinished = path + ".part";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  std::string block;
  while (out && writer.next(block)) {
    out.write(block.data(), static_cast<std::streamsize>(block.size()));
    block.clear();
    job.progress(writer.progress());
    if (!job.token()->cancelled()) continue;
    out.close();
    std::remove(unfinished.c_str());
    throw Cancelled();
  }
  out.close();
  if (out && std::rename(unfinished.c_str(), path.c_str()) == 0) return;
  const std::string why = std::strerror(errno);
  std::remove(unfinished.c_str());
  throw InputError::illegal_argument("The file " + path + " cannot be written: " + why + ".",
                                     {{"path", path}});
}

}  // namespace

Ingest::Ingest(mr::ComputeNode& node, job::Jobs& jobs, const PathPolicy& policy)
    : engine_(node.engine()),
      frames_(node.frames()),
      jobs_(jobs),
      policy_(policy),
      raw_files_(std::make_unique<RawFiles>(node.store())),
      shares_(serve_parses(node, policy)) {}

Ingest::~Ingest() = default;

Imported Ingest::import_files(const std::vector<std::string>& paths, const std::string& pattern) {
  Imported imported;
  for (const std::string& path : paths) {
    if (is_http_url(path)) {
      const auto fetched = fetch_url(path, engine_.budget());
      auto bytes = std::make_shared<Buffer>(std::max<std::size_t>(fetched->size(), 1));
      std::memcpy(bytes->bytes().data(), fetched->view().data(), fetched->size());
      raw_files_->put_bytes(path, std::move(bytes), static_cast<std::int64_t>(fetched->size()));
      imported.files.push_back(path);
      imported.keys.push_back(path);
      continue;
    }
    for (const std::string& file : find_files(path, pattern, policy_)) {
      raw_files_->put_path(key_of_path(file), file);
      imported.files.push_back(file);
      imported.keys.push_back(key_of_path(file));
    }
  }
  return imported;
}

std::vector<std::string> Ingest::suggest_paths(const std::string& beginning, int limit) const {
  return complete_path(beginning, static_cast<std::size_t>(limit > 0 ? limit : kSuggestions),
                       policy_);
}

void Ingest::keep_upload(const std::string& key, SharedBuffer bytes, std::int64_t size,
                         Reservation memory) {
  memory.release();  // the store reserves for itself
  raw_files_->put_bytes(key, std::move(bytes), size);
}

std::string Ingest::new_upload_key() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  const CounterRng rng(static_cast<std::uint64_t>(draw_seed()));
  std::string key = "upload_";
  for (std::uint64_t i = 0; i < 32; ++i) key += kHex[rng.below(i, 16)];
  return key;
}

bool Ingest::has_raw_file(const std::string& key) const { return raw_files_->has(key); }

FileSetup Ingest::guess(const std::vector<std::string>& source_keys, const FileSetup& said) const {
  if (source_keys.empty()) {
    throw InputError::illegal_argument("source_frames names no file.", {{"source_frames", ""}});
  }
  std::vector<Sample> samples;
  for (const std::string& key : source_keys) {
    const ByteSourcePtr file = raw_files_->open(key);
    Sample sample{.name = file->name(), .bytes = unpacked_beginning(*file, Sample::kBytes)};
    sample.whole = sample.bytes.size() < Sample::kBytes;
    samples.push_back(std::move(sample));
  }
  return guess_setup(samples, said);
}

std::string Ingest::frame_name(const std::string& source_key) const {
  const store::Catalog& catalog = engine_.store().catalog();
  return frame_name_for(source_key,
                        [&](const std::string& name) { return catalog.find(name).has_value(); });
}

std::shared_ptr<job::Job> Ingest::parse(const ParseOrder& order) {
  if (order.source_keys.empty()) {
    throw InputError::illegal_argument("source_frames names no file.", {{"source_frames", ""}});
  }
  ParseRun run{.files = {}, .plan = {}, .destination = order.destination};
  for (const std::string& key : order.source_keys) {
    if (key == order.destination) {
      throw InputError::bad_request(
          "The destination frame " + key + " has the name of a file to parse; choose another.",
          {{"destination_frame", key}});
    }
    run.files.push_back(raw_files_->open(key));
  }
  run.plan = plan_table(order.setup, time_zone());
  job::Description description{
      .text = "Parse", .destination = order.destination, .destination_type = "Key<Frame>"};
  return jobs_.start(std::move(description), [this, order, run = std::move(run)](job::Job& job) {
    run_parse(*shares_, frames_, run, job);
    if (!order.delete_sources) return;
    for (const std::string& key : order.source_keys) raw_files_->remove(key);
  });
}

std::shared_ptr<job::Job> Ingest::export_csv(const frame::Frame& frame, const ExportOrder& order) {
  const std::string path = policy_.check_write(order.path);
  if (!order.overwrite && exists_file(path)) {
    const std::string wrong = "File " + order.path + " already exists!";
    throw InputError::illegal_argument(
        "Illegal argument: " + order.path + " of function: exportFrame: " + wrong,
        {{"argument", order.path}, {"function", "exportFrame"}, {"value", wrong}});
  }
  job::Description description{
      .text = "Export dataset", .destination = frame.key, .destination_type = "Key<Frame>"};
  return jobs_.start(std::move(description), [this, frame, form = order.form, path](job::Job& job) {
    CsvWriter writer(engine_, frame, form);
    write_file(writer, path, job);
    job.progress(1, "Done.");
  });
}

TimeZone Ingest::time_zone() const {
  const std::lock_guard lock(mutex_);
  return zone_;
}

void Ingest::set_time_zone(const std::string& name) {
  const auto zone = TimeZone::find(name);
  if (!zone) {
    throw InputError::bad_request(
        "There is no time zone '" + name +
            "'; names are those of the IANA database, such as Europe/Berlin.",
        {{"time_zone", name}});
  }
  const std::lock_guard lock(mutex_);
  zone_ = *zone;
}

}  // namespace neve::ingest
