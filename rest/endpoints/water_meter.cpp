#include <neve/operations/operations.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct Ticks {
  std::int32_t nodeidx = 0;
  std::vector<std::vector<std::int64_t>> cpu_ticks;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<Ticks>("WaterMeterCpuTicksV3", "WaterMeterCpuTicks", "RequestSchemaV3")
            .field<&Ticks::nodeidx>("Position of the node among those of /3/Cloud.")
            .input()
            .required()
            .field<&Ticks::cpu_ticks>(
                "For each CPU of its machine, ticks since its start spent on programs, in the "
                "system, on anything else, and idle.");
    return kSchema;
  }
};

struct IoStats {
  std::string backend;
  std::int64_t store_count = 0;
  std::int64_t store_bytes = 0;
  std::int64_t delete_count = 0;
  std::int64_t load_count = 0;
  std::int64_t load_bytes = 0;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<IoStats>("IoStatsEntry")
            .field<&IoStats::backend>("Where bytes go: files and connections of the process.")
            .field<&IoStats::store_count>("How often bytes were written.")
            .field<&IoStats::store_bytes>("Bytes that were written.")
            .field<&IoStats::delete_count>("Always 0: what was deleted is not counted.")
            .field<&IoStats::load_count>("How often bytes were read.")
            .field<&IoStats::load_bytes>("Bytes that were read.");
    return kSchema;
  }
};

struct Io {
  std::int32_t nodeidx = 0;
  std::vector<IoStats> persist_stats;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<Io>("WaterMeterIoV3", "WaterMeterIo", "RequestSchemaV3")
            .field<&Io::nodeidx>("Position of the node among those of /3/Cloud.")
            .input()
            .field<&Io::persist_stats>("What was read and written since the start.");
    return kSchema;
  }
};

std::vector<IoStats> io_stats(const operations::IoCounts& counts) {
  return {{.backend = "local",
           .store_count = counts.writes,
           .store_bytes = counts.written_bytes,
           .delete_count = 0,
           .load_count = counts.reads,
           .load_bytes = counts.read_bytes}};
}

Io answer_io(Call& call, const Io& input) {
  return {.nodeidx = input.nodeidx,
          .persist_stats = io_stats(call.services.operations->io_counts(input.nodeidx))};
}

Io answer_io_of_all(Call& call, const Io& input) {
  return {.nodeidx = input.nodeidx,
          .persist_stats = io_stats(call.services.operations->io_counts())};
}

Ticks answer_ticks(Call& call, const Ticks& input) {
  return {.nodeidx = input.nodeidx,
          .cpu_ticks = call.services.operations->cpu_ticks(input.nodeidx)};
}

}  // namespace

const Resource& water_meter();
const Resource& water_meter() {
  static const Resource kResource =
      about_nodes({route("GET", "/3/WaterMeterCpuTicks/{nodeidx}", "waterMeterCpuTicks",
                         "What the CPUs of a node's machine have done.", &answer_ticks),
                   route("GET", "/3/WaterMeterIo/{nodeidx}", "waterMeterIoForNode",
                         "What a node has read and written.", &answer_io),
                   route("GET", "/3/WaterMeterIo", "waterMeterIoForCluster",
                         "What all nodes have read and written.", &answer_io_of_all)});
  return kResource;
}

}  // namespace neve::rest::endpoints
