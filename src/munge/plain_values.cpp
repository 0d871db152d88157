#include "munge/plain_values.hpp"

#include <algorithm>
#include <memory>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::munge {

using Form = PlainValues::Form;

Form form_of(const frame::Chunk& chunk) {
  switch (chunk.kind()) {
    case frame::ChunkKind::numbers:
      return chunk.holds_integers() ? Form::int64s : Form::doubles;
    case frame::ChunkKind::times:
      return Form::times;
    case frame::ChunkKind::codes:
      return Form::codes;
    case frame::ChunkKind::text:
      return Form::text;
    case frame::ChunkKind::uuids:
      return Form::uuids;
    case frame::ChunkKind::bytes:
      break;
  }
  throw InternalError("unknown kind of chunk");
}

Form join_forms(Form a, Form b) {
  if (a == b) return a;
  const auto number = [](Form f) { return f == Form::doubles || f == Form::int64s; };
  NEVE_CHECK(number(a) && number(b), "chunks of one column differ in kind");
  return Form::doubles;
}

std::size_t PlainValues::size() const {
  switch (form_) {
    case Form::doubles:
      return doubles.size();
    case Form::int64s:
    case Form::times:
      return int64s.size();
    case Form::codes:
      return codes.size();
    case Form::text:
      return text.size();
    case Form::uuids:
      return uuids.size();
  }
  return 0;
}

void PlainValues::reserve(std::size_t rows) {
  if (form_ == Form::doubles) doubles.reserve(rows);
  if (form_ == Form::int64s || form_ == Form::times) int64s.reserve(rows);
  if (form_ == Form::codes) codes.reserve(rows);
  if (form_ == Form::text) text.reserve(rows);
  if (form_ == Form::uuids) uuids.reserve(rows);
}

void PlainValues::append(const frame::Chunk& chunk, std::int64_t begin, std::int64_t rows) {
  const std::size_t old = size();
  const std::size_t now = old + static_cast<std::size_t>(rows);
  switch (form_) {
    case Form::doubles:
      doubles.resize(now);
      return chunk.decode(begin, std::span(doubles).subspan(old));
    case Form::int64s:
    case Form::times:
      int64s.resize(now);
      return chunk.decode_int64(begin, std::span(int64s).subspan(old));
    case Form::codes:
      codes.resize(now);
      return chunk.decode_codes(begin, std::span(codes).subspan(old));
    case Form::text:
      text.resize(now);
      missing.resize(now);
      keep(std::make_shared<const SharedBuffer>(chunk.buffer()));
      return chunk.decode_text(begin, std::span(text).subspan(old),
                               std::span(missing).subspan(old));
    case Form::uuids:
      uuids.resize(now);
      missing.resize(now);
      return chunk.decode_uuids(begin, std::span(uuids).subspan(old),
                                std::span(missing).subspan(old));
  }
}

void PlainValues::append_missing(std::int64_t rows) {
  const std::size_t now = size() + static_cast<std::size_t>(rows);
  if (form_ == Form::doubles) doubles.resize(now, frame::kMissingDouble);
  if (form_ == Form::int64s || form_ == Form::times) int64s.resize(now, frame::kMissingInt64);
  if (form_ == Form::codes) codes.resize(now, frame::kMissingCode);
  if (form_ == Form::text) text.resize(now);
  if (form_ == Form::uuids) uuids.resize(now);
  if (form_ == Form::text || form_ == Form::uuids) missing.resize(now, 1);
}

PlainValues PlainValues::picked(std::span<const std::int64_t> rows) const {
  PlainValues to(form_);
  const auto pick = [rows](const auto& from, auto& into, auto none) {
    into.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      into[i] = rows[i] < 0 ? none : from[static_cast<std::size_t>(rows[i])];
    }
  };
  if (form_ == Form::doubles) pick(doubles, to.doubles, frame::kMissingDouble);
  if (form_ == Form::int64s || form_ == Form::times) pick(int64s, to.int64s, frame::kMissingInt64);
  if (form_ == Form::codes) pick(codes, to.codes, frame::kMissingCode);
  if (form_ == Form::text) pick(text, to.text, std::string_view());
  if (form_ == Form::uuids) pick(uuids, to.uuids, frame::Uuid());
  if (form_ == Form::text || form_ == Form::uuids) pick(missing, to.missing, std::uint8_t{1});
  return to;
}

void PlainValues::keep(std::shared_ptr<const void> texts) {
  if (kept_.empty() || kept_.back() != texts) kept_.push_back(std::move(texts));
}

PlainValues PlainValues::as_doubles() const {
  if (form_ != Form::int64s) return *this;
  PlainValues to(Form::doubles);
  to.doubles.resize(int64s.size());
  for (std::size_t i = 0; i < int64s.size(); ++i) {
    const std::int64_t v = int64s[i];
    to.doubles[i] = v == frame::kMissingInt64 ? frame::kMissingDouble : static_cast<double>(v);
  }
  return to;
}

void PlainValues::keep_texts_of(const PlainValues& from) {
  for (const auto& texts : from.kept_) keep(texts);
}

std::int64_t PlainValues::byte_size() const {
  const auto of = [](const auto& v) {
    return static_cast<std::int64_t>(v.capacity() * sizeof(v[0]));
  };
  return of(doubles) + of(int64s) + of(codes) + of(text) + of(uuids) + of(missing);
}

void PlainValues::pack(std::vector<std::uint32_t>& lengths, std::string& bytes,
                       std::vector<std::uint64_t>& halves) const {
  for (const std::string_view one : text) {
    lengths.push_back(static_cast<std::uint32_t>(one.size()));
    bytes += one;
  }
  for (const frame::Uuid& one : uuids) {
    halves.push_back(one.high);
    halves.push_back(one.low);
  }
}

void PlainValues::unpack(const std::vector<std::uint32_t>& lengths, std::string bytes,
                         const std::vector<std::uint64_t>& halves) {
  for (std::size_t i = 0; i + 1 < halves.size(); i += 2) {
    uuids.push_back({halves[i], halves[i + 1]});
  }
  auto held = std::make_shared<const std::string>(std::move(bytes));
  std::string_view rest = *held;
  for (const std::uint32_t length : lengths) {
    NEVE_CHECK(length <= rest.size(), "texts are cut short");
    text.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  if (!text.empty()) keep(std::move(held));
  const bool marked = form_ == Form::text || form_ == Form::uuids;
  NEVE_CHECK(!marked || missing.size() == size(), "values are cut short");
}

PlainValues PlainValues::joined(std::span<const PlainValues> parts) {
  PlainValues all(parts.empty() ? Form::doubles : parts[0].form_);
  for (const PlainValues& part : parts) all.form_ = join_forms(all.form_, part.form_);
  const auto add = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (const PlainValues& part : parts) {
    if (all.form_ == Form::doubles && part.form_ == Form::int64s) {
      add(all.doubles, part.as_doubles().doubles);
      continue;
    }
    add(all.doubles, part.doubles);
    add(all.int64s, part.int64s);
    add(all.codes, part.codes);
    add(all.text, part.text);
    add(all.uuids, part.uuids);
    add(all.missing, part.missing);
    add(all.kept_, part.kept_);
  }
  return all;
}

void PlainValues::map_codes(std::span<const std::int32_t> map) {
  for (std::int32_t& code : codes) {
    if (code >= 0) code = map[static_cast<std::size_t>(code)];
  }
}

frame::Chunk PlainValues::encode() const {
  switch (form_) {
    case Form::doubles:
      return frame::encode_doubles(doubles);
    case Form::int64s:
      return frame::encode_int64(int64s);
    case Form::times:
      return frame::encode_times(int64s);
    case Form::codes:
      return frame::encode_codes(codes);
    case Form::uuids:
      return frame::encode_uuids(uuids, missing);
    case Form::text:
      break;
  }
  frame::TextBuilder builder;
  builder.append(text, missing);
  return builder.finish();
}

template <class Visit>
void ColumnReader::visit(std::int64_t first, std::int64_t rows, const Visit& visit) const {
  while (rows > 0) {
    const GroupIndex group = layout_->group_of(first);
    const std::int64_t begin = first - layout_->first_row(group);
    const std::int64_t here = std::min(rows, layout_->rows_of(group) - begin);
    visit(chunk(group), begin, here);
    first += here;
    rows -= here;
  }
}

Form ColumnReader::form() const {
  Form form = form_of(chunk(GroupIndex(0)));
  for (std::int32_t g = 1; g < layout_->groups(); ++g) {
    form = join_forms(form, form_of(chunk(GroupIndex(g))));
  }
  return form;
}

Form ColumnReader::form(std::int64_t first, std::int64_t rows) const {
  bool any = false;
  Form form = Form::doubles;
  visit(first, rows, [&](const frame::Chunk& chunk, std::int64_t, std::int64_t) {
    form = any ? join_forms(form, form_of(chunk)) : form_of(chunk);
    any = true;
  });
  return any ? form : form_of(chunk(GroupIndex(0)));
}

void ColumnReader::read(std::int64_t first, std::int64_t rows, PlainValues& to) const {
  visit(first, rows, [&to](const frame::Chunk& chunk, std::int64_t begin, std::int64_t here) {
    to.append(chunk, begin, here);
  });
}

PlainValues read_all(mr::Engine& engine, const frame::LayoutPtr& layout,
                     const frame::Column& column) {
  const ColumnReader reader(engine, layout, column.id);
  PlainValues all(reader.form());
  all.reserve(static_cast<std::size_t>(layout->rows()));
  for (std::int32_t g = 0; g < layout->groups(); ++g) {
    all.append(reader.chunk(GroupIndex(g)), 0, layout->rows_of(GroupIndex(g)));
  }
  return all;
}

}  // namespace neve::munge
