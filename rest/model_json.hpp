#pragma once

#include <string>
#include <vector>

#include <neve/model/models.hpp>
#include <neve/schema/json_writer.hpp>

namespace neve::rest {

/// The list of ModelParameterSchemaV3 of an algorithm: each parameter's table entry with its
/// default, what was given and what is in force. `given` and `actual` point to the algorithm's
/// struct; a null `given` leaves input values null, as do `idle` names those in force.
void write_parameters(const schema::Schema& parameters, const void* given, const void* actual,
                      schema::JsonWriter& out, const std::vector<std::string>& idle = {});
/// {"__meta":…,"ntrees":50,…}: a parameters object as a flat one.
void write_parameter_values(const schema::Schema& parameters, const void* values,
                            schema::JsonWriter& out);
/// The list of ValidationMessageV3.
void write_messages(const model::Messages& messages, schema::JsonWriter& out);
/// {"_ntrees":50,…} and [{"_log_level":…}…]: the same as H2O's implementation holds them, with its
/// names of members.
void write_implementation(const schema::Schema& parameters, const void* values,
                          schema::JsonWriter& out);
void write_implementation(const schema::Schema& parameters, const model::Messages& messages,
                          schema::JsonWriter& out);
/// A model as in GET /3/Models: "GBMModelV3".
void write_model(const model::Models& models, const model::Model& model, schema::JsonWriter& out);

}  // namespace neve::rest
