#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/assembly_steps.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::schema {

struct AssemblyKind {
  static constexpr std::string_view type = "Key<Assembly>", schema = "AssemblyKeyV3", url = "";
};

}  // namespace neve::schema

namespace neve::rest::endpoints {
namespace {

struct AssemblyV99 {
  std::optional<std::vector<std::string>> steps;
  schema::FrameRef frame;
  std::optional<std::string> file_name;
  std::optional<std::string> assembly_id;
  schema::FrameRef result;
  schema::Key<schema::AssemblyKind> assembly;
  static const schema::Schema& schema() {
    using T = AssemblyV99;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("AssemblyV99", "Iced", "RequestSchemaV3", 99)
            .field<&T::steps>(
                "The steps: name, transform, expression of the frame \"dummy\", "
                "whether in place, new names; with '__' between.")
            .input()
            .field<&T::frame>("The frame.")
            .input()
            .field<&T::file_name>("Name of a file.")
            .input()
            .field<&T::assembly_id>("Name of an assembly.")
            .input()
            .field<&T::result>("What the steps have made of the frame.")
            .field<&T::assembly>("Name of the assembly.");
    return kSchema;
  }
};

AssemblyV99 fit(Call& call, const AssemblyV99& input) {
  if (!input.steps || input.steps->empty()) {
    throw InputError::illegal_argument("Required field steps not specified", {{"field", "steps"}});
  }
  std::vector<AssemblyStep> steps;
  for (const std::string& step : *input.steps) steps.push_back(read_assembly_step(step));
  const frame::Frame frame = call.services.frames->require(input.frame.name, "frame");
  frame::Frame made = fit_assembly(call.services, frame, steps, call.token);
  const std::string number = std::to_string(call.services.store->next_id());
  made.key = "assembly_result_" + number;
  call.services.frames->publish(made);
  AssemblyV99 answer = input;
  answer.result = made.key;
  answer.assembly = "assembly_" + number;
  return answer;
}

/// H2O-3's server of this version refuses both, too.
AssemblyV99 refuse_java(Call& /*call*/, const AssemblyV99& input) {
  throw InputError::unsupported(
      "Neve writes no assemblies as Java code or MOJO 2: they would need a Java program to run "
      "them. Send the steps with POST /99/Assembly instead.",
      {{"assembly_id", input.assembly_id.value_or("")}});
}

}  // namespace

const Resource& assembly();
const Resource& assembly() {
  static const Resource kResource{
      {route("POST", "/99/Assembly", "_assembly_fit", "Does transformations of a frame in a row.",
             &fit),
       route("GET", "/99/Assembly.java/{assembly_id}/{file_name}", "_assembly_toJava",
             "Refused: Neve writes no Java code.", &refuse_java),
       route("GET", "/99/Assembly.fetch_mojo_pipeline/{assembly_id}/{file_name}",
             "_assembly_fetch_mojo_pipeline", "Refused: Neve writes no MOJO 2.", &refuse_java)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
