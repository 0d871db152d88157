#include <array>
#include <cstdio>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {

namespace {

/// What /4/sessions gets.
struct SessionRequest {
  std::string _fields;
  static const schema::Schema& schema();
};

const schema::Schema& SessionRequest::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<SessionRequest>("InputSchemaV4", "Iced", "Schema", 4)
          .field<&SessionRequest::_fields>("Fields of the answer that are wanted; all are given.")
          .input();
  return kSchema;
}

struct SessionId {
  std::string session_key;
  static const schema::Schema& schema();
};

const schema::Schema& SessionId::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<SessionId>("SessionIdV4", "Iced", "OutputSchemaV4", 4)
          .field<&SessionId::session_key>("Name of the session.")
          .input();
  return kSchema;
}

struct InitId {
  std::string session_key;
  bool session_properties_allowed = true;
  static const schema::Schema& schema();
};

const schema::Schema& InitId::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<InitId>("InitIDV3", "Iced", "RequestSchemaV3")
          .field<&InitId::session_key>("Name of the session.")
          .inout()
          .field<&InitId::session_properties_allowed>("Whether a session may have properties.");
  return kSchema;
}

struct SessionProperty {
  std::string session_key;
  std::string key;
  std::optional<std::string> value;
  static const schema::Schema& schema();
};

const schema::Schema& SessionProperty::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<SessionProperty>("SessionPropertyV3", "Iced", "RequestSchemaV3")
          .field<&SessionProperty::session_key>("Name of the session.")
          .inout()
          .field<&SessionProperty::key>("Name of the property.")
          .inout()
          .field<&SessionProperty::value>("Its value.")
          .inout();
  return kSchema;
}

/// Clients append the name to those of temporaries, so it is short; it is drawn anew where taken.
std::string open_session(store::Store& store) {
  while (true) {
    std::array<char, 16> text{};
    const auto drawn = static_cast<unsigned>(draw_seed() & 0xFFFF);
    std::snprintf(text.data(), text.size(), "_sid_%04x", drawn);
    if (store.catalog().has_session(text.data())) continue;
    store.commit({.open_session = text.data()});
    return text.data();
  }
}

void close_session(store::Store& store, const std::string& session) {
  if (store.catalog().has_session(session)) store.commit({.close_session = session});
}

/// A property lives in the catalogue as an object that ends with its session.
std::string property_name(const SessionProperty& property) {
  return "session_property:" + property.session_key + ":" + property.key;
}

void check_property(Call& call, const SessionProperty& property) {
  if (!call.services.store->catalog().has_session(property.session_key)) {
    throw InputError::object_not_found(property.session_key, "session_key");
  }
  if (property.key.empty()) throw InputError::illegal_argument("Required field key not specified");
}

SessionId post_session(Call& call, const SessionRequest& /*input*/) {
  return {open_session(*call.services.store)};
}

InitId delete_session(Call& call, const InitId& input) {
  close_session(*call.services.store, input.session_key);
  return {.session_key = input.session_key};
}

InitId get_init_id(Call& call, const InitId& /*input*/) {
  return {.session_key = open_session(*call.services.store)};
}

/// R names its session in a header.
InitId delete_init_id(Call& call, const InitId& input) {
  InitId answer = input;
  if (answer.session_key.empty()) {
    answer.session_key = call.request.headers.find("Session-Key").value_or("");
  }
  close_session(*call.services.store, answer.session_key);
  return answer;
}

SessionProperty set_property(Call& call, const SessionProperty& input) {
  check_property(call, input);
  store::Entry entry;
  entry.name = property_name(input);
  entry.manifest =
      std::make_shared<const wire::Bytes>(wire::encode(input.value.value_or(std::string())));
  entry.session = input.session_key;
  call.services.store->commit({.put = {entry}});
  return input;
}

SessionProperty get_property(Call& call, const SessionProperty& input) {
  check_property(call, input);
  SessionProperty answer = input;
  answer.value.reset();
  const auto entry = call.services.store->catalog().find(property_name(input));
  if (entry) answer.value = wire::decode<std::string>(*entry->manifest);
  return answer;
}

}  // namespace

const Resource& sessions() {
  static const Resource kResource{
      {route("POST", "/4/sessions", "newSession4", "Opens a session.", &post_session),
       route("DELETE", "/4/sessions/{session_key}", "endSession4",
             "Ends a session and removes its temporaries.", &delete_session),
       route("GET", "/3/InitID", "newSession", "Opens a session.", &get_init_id),
       route("DELETE", "/3/InitID", "endSession", "Ends a session and removes its temporaries.",
             &delete_init_id),
       route("POST", "/3/SessionProperties", "setSessionProperty", "Sets a session's property.",
             &set_property),
       route("GET", "/3/SessionProperties", "getSessionProperty", "Tells a session's property.",
             &get_property)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
