#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

/// Sources of data that Neve does not read. Their parameters are read as H2O-3's are, so that a
/// wrong one is told first; then the error says what can be done instead.
namespace neve::rest::endpoints {
namespace {

struct ImportSqlTable {
  std::optional<std::string> connection_url;
  std::string table;
  std::string select_query;
  std::optional<std::string> use_temp_table;
  std::optional<std::string> temp_table_name;
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::string columns = "*";
  std::optional<std::string> fetch_mode;
  std::optional<std::string> num_chunks_hint;
  static const schema::Schema& schema() {
    using T = ImportSqlTable;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("ImportSQLTableV99", "Iced", "RequestSchemaV3", 99)
            .field<&T::connection_url>("Address of the database.")
            .input()
            .required()
            .field<&T::table>("Name of the table.")
            .input()
            .field<&T::select_query>("A query instead of a table.")
            .input()
            .field<&T::use_temp_table>("Whether the query's result is kept in a table.")
            .input()
            .field<&T::temp_table_name>("Name of that table.")
            .input()
            .field<&T::username>("User of the database.")
            .input()
            .required()
            .field<&T::password>("Password of the user.")
            .input()
            .silent()
            .required()
            .field<&T::columns>("Columns of the table.")
            .input()
            .field<&T::fetch_mode>("How the nodes share the work.")
            .input()
            .field<&T::num_chunks_hint>("Number of parts to read the table in.")
            .input();
    return kSchema;
  }
};

struct ImportHiveTable {
  std::string database;
  std::optional<std::string> table;
  std::optional<std::vector<std::vector<std::string>>> partitions;
  bool allow_multi_format = false;
  static const schema::Schema& schema() {
    using T = ImportHiveTable;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("ImportHiveTableV3", "Iced", "RequestSchemaV3")
            .field<&T::database>("Name of the database.")
            .input()
            .field<&T::table>("Name of the table.")
            .input()
            .required()
            .field<&T::partitions>("Values of the partitions to read.")
            .input()
            .field<&T::allow_multi_format>("Whether partitions may be of several formats.")
            .input();
    return kSchema;
  }
};

enum class HiveFormat : std::uint8_t { csv, parquet };

}  // namespace
}  // namespace neve::rest::endpoints

template <>
struct neve::schema::EnumText<neve::rest::endpoints::HiveFormat> {
  static constexpr std::string_view name = "ApiSaveToHiveTableHandlerHiveFrameSaverFormat";
  static constexpr std::array<std::string_view, 2> values = {"CSV", "PARQUET"};
};

namespace neve::rest::endpoints {
namespace {

struct SaveToHiveTable {
  schema::FrameRef frame_id;
  std::optional<std::string> jdbc_url;
  std::optional<std::string> table_name;
  std::optional<std::string> table_path;
  std::optional<HiveFormat> format;
  std::optional<std::string> tmp_path;
  static const schema::Schema& schema() {
    using T = SaveToHiveTable;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("SaveToHiveTableV3", "Iced", "RequestSchemaV3")
            .field<&T::frame_id>("The frame.")
            .input()
            .required()
            .field<&T::jdbc_url>("Address of the database.")
            .input()
            .required()
            .field<&T::table_name>("Name of the table.")
            .input()
            .required()
            .field<&T::table_path>("Where the table's files go.")
            .input()
            .field<&T::format>("Format of the table's files.")
            .input()
            .field<&T::tmp_path>("Where files go first.")
            .input();
    return kSchema;
  }
};

struct S3Credentials {
  std::optional<std::string> secret_key_id;
  std::optional<std::string> secret_access_key;
  std::optional<std::string> session_token;
  static const schema::Schema& schema() {
    using T = S3Credentials;
    static const schema::Schema kSchema = schema::SchemaOf<T>("PersistS3CredentialsV3")
                                              .field<&T::secret_key_id>("Name of the key.")
                                              .input()
                                              .silent()
                                              .required()
                                              .secondary()
                                              .field<&T::secret_access_key>("The key.")
                                              .input()
                                              .silent()
                                              .required()
                                              .secondary()
                                              .field<&T::session_token>("Token of a session.")
                                              .input()
                                              .silent()
                                              .secondary();
    return kSchema;
  }
};

/// Of a request that needs none of its fields.
struct NoS3Credentials {
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<NoS3Credentials>("PersistS3CredentialsV3");
    return kSchema;
  }
};

struct DecryptionSetup {
  std::optional<std::string> decrypt_tool_id;
  std::string decrypt_impl = "water.parser.GenericDecryptionTool";
  schema::FrameRef keystore_id;
  std::optional<std::string> keystore_type;
  std::optional<std::string> key_alias;
  std::optional<std::string> password;
  std::optional<std::string> cipher_spec;
  static const schema::Schema& schema() {
    using T = DecryptionSetup;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("DecryptionSetupV3", "DecryptionSetup", "RequestSchemaV3")
            .field<&T::decrypt_tool_id>("Name of the decryption.")
            .inout()
            .as_type("Key<DecryptionTool>", "DecryptionToolKeyV3")
            .field<&T::decrypt_impl>("Java class that decrypts.")
            .inout()
            .field<&T::keystore_id>("Uploaded key store.")
            .inout()
            .field<&T::keystore_type>("Type of the key store.")
            .inout()
            .field<&T::key_alias>("Name of the key in it.")
            .inout()
            .field<&T::password>("Password of the key store.")
            .input()
            .silent()
            .field<&T::cipher_spec>("Cipher, as Java names it.")
            .inout();
    return kSchema;
  }
};

constexpr const char* kUseFiles =
    " Export the table to files (CSV, or any other format that Neve reads) and import those.";

JobV3 import_sql(Call& /*call*/, const ImportSqlTable& request) {
  throw InputError::unsupported(
      std::string("Neve reads no SQL databases: it has no drivers for connection_url.") + kUseFiles,
      {{"connection_url", request.connection_url.value_or("")}});
}

JobV3 import_hive(Call& /*call*/, const ImportHiveTable& request) {
  throw InputError::unsupported(
      std::string("Neve reads no tables of Hive: it has no client of its metastore.") + kUseFiles,
      {{"table", request.table.value_or("")}});
}

SaveToHiveTable save_to_hive(Call& /*call*/, const SaveToHiveTable& request) {
  throw InputError::unsupported(
      "Neve writes no tables of Hive: it has no driver for jdbc_url. Export the frame to files "
      "with "
      "POST /3/Frames/{frame_id}/export.",
      {{"jdbc_url", request.jdbc_url.value_or("")}});
}

InputError no_s3() {
  return InputError::unsupported(
      "Neve reads no files from S3 with credentials. Import them by http(s) URLs, pre-signed ones "
      "where they are private, or from a folder.",
      {{"backend", "s3"}});
}

S3Credentials set_s3(Call& /*call*/, const S3Credentials& /*request*/) { throw no_s3(); }
NoS3Credentials remove_s3(Call& /*call*/, const NoS3Credentials& /*request*/) { throw no_s3(); }

DecryptionSetup set_decryption(Call& /*call*/, const DecryptionSetup& request) {
  throw InputError::unsupported(
      "Neve reads no encrypted files, and runs no Java class that decrypts. Decrypt them first.",
      {{"decrypt_impl", request.decrypt_impl}});
}

}  // namespace

const Resource& foreign_sources();
const Resource& foreign_sources() {
  static const Resource kResource{
      {route("POST", "/99/ImportSQLTable", "importSqlTable",
             "Refused: Neve reads no SQL databases.", &import_sql),
       route("POST", "/3/ImportHiveTable", "importHiveTable", "Refused: Neve reads no Hive tables.",
             &import_hive),
       route("POST", "/3/SaveToHiveTable", "saveToHiveTable",
             "Refused: Neve writes no Hive tables.", &save_to_hive),
       route("POST", "/3/PersistS3", "set_s3_credentials",
             "Refused: Neve reads no S3 with credentials.", &set_s3),
       route("DELETE", "/3/PersistS3", "remove_s3_credentials",
             "Refused: Neve keeps no credentials of S3.", &remove_s3),
       route("POST", "/3/DecryptionSetup", "setupDecryption",
             "Refused: Neve reads no encrypted files.", &set_decryption)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
