#include "rest/endpoints/error_schemas_internal.hpp"

namespace neve::rest::endpoints {

const schema::Schema& ErrorInfo::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<ErrorInfo>("H2OErrorV3", "H2OError")
          .field<&ErrorInfo::timestamp>("When it happened, in ms since the epoch.")
          .field<&ErrorInfo::error_url>("The path that was asked for.")
          .field<&ErrorInfo::msg>("What is wrong, for the user.")
          .field<&ErrorInfo::dev_msg>("What is wrong, for a developer.")
          .field<&ErrorInfo::http_status>("Status of the answer.")
          .field<&ErrorInfo::values>("The values that are wrong, by name.")
          .as_type("Map<string,Object>")
          .field<&ErrorInfo::exception_type>("Kind of the error.")
          .field<&ErrorInfo::exception_msg>("What is wrong, as first told.")
          .field<&ErrorInfo::stacktrace>("Where it happened, where known.");
  return kSchema;
}

const schema::Schema& ValidationMessage::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<ValidationMessage>("ValidationMessageV3", "ValidationMessage")
          .field<&ValidationMessage::message_type>("ERRR, WARN, INFO or TRACE.")
          .field<&ValidationMessage::field_name>("The parameter that is meant.")
          .field<&ValidationMessage::message>("What is said about it.");
  return kSchema;
}

const schema::Schema& BuilderErrorInfo::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<BuilderErrorInfo>("H2OModelBuilderErrorV3", "H2OModelBuilderError",
                                         "H2OErrorV3")
          .field<&BuilderErrorInfo::parameters>("The parameters of the model.")
          .as_type("Parameters", "ModelParametersSchemaV3")
          .field<&BuilderErrorInfo::messages>("What the builder says about them.")
          .field<&BuilderErrorInfo::error_count>("Number of messages that are errors.")
          .inherit<&BuilderErrorInfo::timestamp, &BuilderErrorInfo::error_url,
                   &BuilderErrorInfo::msg, &BuilderErrorInfo::dev_msg,
                   &BuilderErrorInfo::http_status, &BuilderErrorInfo::values,
                   &BuilderErrorInfo::exception_type, &BuilderErrorInfo::exception_msg,
                   &BuilderErrorInfo::stacktrace>(ErrorInfo::schema());
  return kSchema;
}

}  // namespace neve::rest::endpoints
