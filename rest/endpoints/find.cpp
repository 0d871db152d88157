#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/munge/frame_verbs.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct FindV3 {
  schema::FrameRef key;
  std::optional<std::string> column;
  std::int64_t row = 0;
  std::optional<std::string> match;
  std::int64_t prev = -1;
  std::int64_t next = -1;
  static const schema::Schema& schema() {
    using T = FindV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("FindV3", "Iced", "RequestSchemaV3")
            .field<&T::key>("The frame.")
            .input()
            .required()
            .as_type("Frame", "FrameV3")
            .silent()
            .field<&T::column>("The column to search; without one, all.")
            .input()
            .field<&T::row>("The row to search from.")
            .input()
            .required()
            .field<&T::match>("The value; without one, a missing one is searched for.")
            .input()
            .field<&T::prev>("Number of the nearest row before that holds it; -1: none.")
            .field<&T::next>("Number of the nearest row behind that holds it; -1: none.");
    return kSchema;
  }
};

FindV3 find_in_frame(Call& call, const FindV3& request) {
  frame::Frame frame = call.services.frames->require(request.key.name, "key");
  if (request.row < 0 || request.row > frame.rows()) {
    throw InputError::illegal_argument("row must be between 0 and " + std::to_string(frame.rows()) +
                                           ", not " + std::to_string(request.row) + ".",
                                       {{"row", std::to_string(request.row)}});
  }
  if (request.column) {
    const ColumnIndex only[] = {frame.require(*request.column)};
    const std::string key = frame.key;
    frame = frame.select(only);
    frame.key = key;
  }
  const munge::NearRows found =
      munge::find_rows(*call.services.engine, frame, request.match, request.row, call.token);
  FindV3 answer = request;
  answer.prev = found.before;
  answer.next = found.behind;
  return answer;
}

}  // namespace

const Resource& find();
const Resource& find() {
  static const Resource kResource{
      {route("GET", "/3/Find", "findInFrame", "The rows next to a row that hold a value.",
             &find_in_frame)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
