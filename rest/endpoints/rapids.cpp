#include <neve/base/error.hpp>
#include <neve/rapids/interpreter.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

using schema::JsonWriter;

struct RapidsSchemaV3 {
  std::optional<std::string> ast;
  std::optional<std::string> session_id;
  std::optional<std::string> id;
  static const schema::Schema& schema() {
    using R = RapidsSchemaV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<R>("RapidsSchemaV3", "Iced", "RequestSchemaV3")
            .field<&R::ast>("The expression.")
            .input()
            .field<&R::session_id>("The session that temporaries belong to.")
            .input()
            .field<&R::id>("Name of the result.")
            .input();
    return kSchema;
  }
};

/// Opens an answer of this kind with the members that all kinds have.
void begin(std::string_view schema_name, JsonWriter& out) {
  out.begin_object();
  schema::write_meta(schema_name, "Iced", 3, out);
  out.key("_exclude_fields");
  out.value("");
  for (const std::string_view name : {"ast", "session_id", "id"}) {
    out.key(name);
    out.null();
  }
}

template <class Values>
void list(std::string_view name, const Values& values, JsonWriter& out) {
  out.key(name);
  schema::write_value(values, out);
}

/// A frame without a name is described by a key without one.
void frame_members(const rapids::Answer::FrameShape& frame, JsonWriter& out) {
  out.key("key");
  out.begin_object();
  schema::write_meta("FrameKeyV3", "Key<Frame>", 3, out);
  out.key("name");
  frame.key.empty() ? out.null() : out.value(frame.key);
  out.key("type");
  out.value("Key<Frame>");
  out.key("URL");
  frame.key.empty() ? out.null() : out.value("/3/Frames/" + frame.key);
  out.end_object();
  out.key("num_rows");
  out.value(frame.rows);
  out.key("num_cols");
  out.value(frame.columns);
}

std::string answer_json(const rapids::Answer& answer) {
  using Kind = rapids::Answer::Kind;
  JsonWriter out;
  switch (answer.kind) {
    case Kind::frame:
      begin("RapidsFrameV3", out);
      frame_members(answer.frames.at(0), out);
      break;
    case Kind::number:
      begin("RapidsNumberV3", out);
      out.key("scalar");
      out.value(answer.numbers.at(0));
      break;
    case Kind::numbers:
      begin("RapidsNumbersV3", out);
      list("scalar", answer.numbers, out);
      break;
    case Kind::string:
      begin("RapidsStringV3", out);
      out.key("string");
      out.value(answer.strings.at(0));
      break;
    case Kind::strings:
      begin("RapidsStringsV3", out);
      list("string", answer.strings, out);
      break;
    case Kind::function:
      begin("RapidsFunctionV3", out);
      out.key("funstr");
      out.value(answer.strings.at(0));
      break;
    case Kind::frames:
      begin("RapidsMapFrameV3", out);
      list("map_keys", answer.strings, out);
      out.key("frames");
      out.begin_array();
      for (const auto& frame : answer.frames) {
        begin("RapidsFrameV3", out);
        frame_members(frame, out);
        out.end_object();
      }
      out.end_array();
      break;
    case Kind::nothing:
      begin("RapidsSchemaV3", out);
      break;
  }
  out.end_object();
  return out.take();
}

void run(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  RapidsSchemaV3 input;
  read_input(*call, RapidsSchemaV3::schema(), &input);
  if (!input.ast || input.ast->empty()) {
    throw InputError::bad_request("The parameter ast is missing: the expression to evaluate.");
  }
  const rapids::Answer answer =
      call->services.rapids->run(*input.ast, input.session_id.value_or(""), call->token);
  send_json(responder, answer_json(answer));
}

struct RapidsExpressionV3 {
  std::string name;
  std::string pattern;
  std::string description;
  static const schema::Schema& schema() {
    using R = RapidsExpressionV3;
    static const schema::Schema kSchema = schema::SchemaOf<R>("RapidsExpressionV3")
                                              .field<&R::name>("Name of the primitive.")
                                              .field<&R::pattern>("Its arguments.")
                                              .field<&R::description>("What it does.");
    return kSchema;
  }
};

struct RapidsHelpV3 {
  std::vector<RapidsExpressionV3> expressions;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema = schema::SchemaOf<RapidsHelpV3>("RapidsHelpV3")
                                              .field<&RapidsHelpV3::expressions>("The primitives.");
    return kSchema;
  }
};

RapidsHelpV3 help(Call& call, const RapidsSchemaV3& /*input*/) {
  RapidsHelpV3 answer;
  for (const rapids::Help& entry : call.services.rapids->help()) {
    answer.expressions.push_back({entry.name, entry.pattern, entry.description});
  }
  return answer;
}

}  // namespace

const Resource& rapids();
const Resource& rapids() {
  static const Resource kResource = {
      {Route{.method = "POST",
             .path = "/99/Rapids",
             .name = "rapidsExec",
             .summary = "Evaluates an expression.",
             .input = &RapidsSchemaV3::schema(),
             .output = &RapidsSchemaV3::schema(),
             .handle = &run},
       route("GET", "/99/Rapids/help", "rapidsHelp", "Lists the primitives.", &help)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
