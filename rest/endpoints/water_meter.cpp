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
            .field<&Ticks::nodeidx>("Position of the node among the members of the cluster.")
            .input()
            .required()
            .field<&Ticks::cpu_ticks>(
                "For each CPU of its machine, ticks since its start spent on programs, in the "
                "system, on anything else, and idle.");
    return kSchema;
  }
};

Ticks answer_ticks(Call& call, const Ticks& input) {
  return {.nodeidx = input.nodeidx,
          .cpu_ticks = call.services.operations->cpu_ticks(input.nodeidx)};
}

}  // namespace

const Resource& water_meter();
const Resource& water_meter() {
  static const Resource kResource =
      about_nodes({route("GET", "/3/WaterMeterCpuTicks/{nodeidx}", "waterMeterCpuTicks",
                         "What the CPUs of a node's machine have done.", &answer_ticks)});
  return kResource;
}

}  // namespace neve::rest::endpoints
