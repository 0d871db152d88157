#include "ingest/formats/arrow/bridge.hpp"
#include "ingest/formats/arrow/containers.hpp"

namespace neve::ingest::columnar {

namespace {

class ArrowLibrary final : public Library {
 public:
  std::unique_ptr<File> open(Container container, Input& input, Memory& memory,
                             Failure& failure) noexcept override {
    std::unique_ptr<File> file;
    guarded(failure, "", [&] {
      switch (container) {
        case Container::parquet:
          file = open_parquet(input, memory);
          break;
        case Container::orc:
          file = open_orc(input, memory);
          break;
        case Container::arrow_file:
        case Container::arrow_stream:
          file = open_arrow(container, input, memory);
          break;
      }
    });
    return file;
  }

  std::unique_ptr<Writer> create(const Form& form, std::span<const OutputField> fields,
                                 Output& output, Memory& memory,
                                 Failure& failure) noexcept override {
    std::unique_ptr<Writer> writer;
    guarded(failure, "", [&] {
      writer = form.container == Container::parquet ? create_parquet(form, fields, output, memory)
                                                    : create_arrow(form, fields, output, memory);
    });
    return writer;
  }
};

}  // namespace

extern "C" [[gnu::visibility("default")]] Library* neve_arrow_library();
extern "C" Library* neve_arrow_library() {
  static ArrowLibrary library;
  return &library;
}

}  // namespace neve::ingest::columnar
