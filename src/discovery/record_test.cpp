#include "discovery/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::discovery {
namespace {

using ::testing::HasSubstr;

TEST(InstanceId, AgreesWithTheCheckValues) {
  EXPECT_EQ(instance_id_of_pod("pod-0").get(), 3319042764719725u);
  EXPECT_EQ(instance_id_of_pod("vllm-agg-0-vllmdecodeworker-abc12").get(), 2454266700165336u);
}

TEST(InstanceId, RandomOnesFitIntoJsonNumbers) {
  for (int i = 0; i < 100; ++i) EXPECT_LE(random_instance_id().get(), kInstanceIdMask);
}

Instance instance() { return {{"ns", "backend", "generate"}, InstanceId(0x1f), "http://10.0.0.7:9090"}; }

ModelRecord model() {
  ModelCard card;
  card.display_name = "Qwen/Tiny 1";
  card.source_path = "/models/tiny";
  card.files["tokenizer"] = {"/models/tiny/tokenizer.json", "sha256:ab"};
  card.context_length = 4096;
  card.kv_cache_block_size = 16;
  card.model_type = {ModelType::chat, ModelType::completions};
  card.runtime_config.total_kv_blocks = 100;
  card.runtime_config.extra["engine"] = "mock";
  return {{"ns", "backend", "generate"}, InstanceId(0x1f), card, {}};
}

TEST(Record, InstanceAsJson) {
  EXPECT_EQ(key_of(instance()), "v1/instances/ns/backend/generate/1f");
  EXPECT_EQ(
      json::dump(to_json(Record(instance()))),
      R"({"type":"Endpoint","namespace":"ns","component":"backend","endpoint":"generate","instance_id":31,"transport":{"http":"http://10.0.0.7:9090"}})");
}

TEST(Record, ModelAsJson) {
  EXPECT_EQ(key_of(model()), "v1/mdc/ns/backend/generate/1f");
  EXPECT_EQ(
      json::dump(to_json(Record(model()))),
      R"({"type":"Model","namespace":"ns","component":"backend","endpoint":"generate","instance_id":31,"card_json":{)"
      R"("display_name":"Qwen/Tiny 1","slug":"qwen-tiny-1","source_path":"/models/tiny",)"
      R"("tokenizer":{"path":"/models/tiny/tokenizer.json","checksum":"sha256:ab"},"context_length":4096,"kv_cache_block_size":16,)"
      R"("migration_limit":0,"model_type":"Chat | Completions","model_input":"Text",)"
      R"("runtime_config":{"engine":"mock","total_kv_blocks":100,"data_parallel_size":1,"data_parallel_start_rank":0}}})");
  auto adapter = model();
  adapter.suffix = "lora";
  EXPECT_EQ(key_of(adapter), "v1/mdc/ns/backend/generate/1f/lora");
}

TEST(Record, ReadsWhatItWrites) {
  for (const Record& record : {Record(instance()), Record(model())}) {
    const auto again = record_from_json(to_json(record));
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(*again, record);
  }
}

TEST(Record, UnknownThingsAreRefused) {
  EXPECT_EQ(record_from_json(*json::parse(R"({"type":"EventChannel"})")).error().code, Errc::unsupported);
  EXPECT_EQ(record_from_json(*json::parse(R"({"type":"Endpoint"})")).error().code, Errc::invalid);
  EXPECT_EQ(
      record_from_json(
          *json::parse(
              R"({"type":"Endpoint","namespace":"a","component":"b","endpoint":"c","instance_id":1,"transport":{"nats_tcp":"x"}})"))
          .error()
          .code,
      Errc::unsupported);
  EXPECT_EQ(
      record_from_json(
          *json::parse(
              R"({"type":"Endpoint","namespace":"../a","component":"b","endpoint":"c","instance_id":1,"transport":{"http":"x"}})"))
          .error()
          .code,
      Errc::invalid);
}

TEST(Metadata, IsADocumentOfMaps) {
  Snapshot records;
  for (const Record& record : {Record(instance()), Record(model())}) records.emplace(key_of(record), record);
  const json::object document = to_metadata(records);
  EXPECT_NE(json::find(document, {"endpoints", "ns/backend/generate/1f"}), nullptr);
  EXPECT_NE(json::find(document, {"model_cards", "ns/backend/generate/1f"}), nullptr);
  EXPECT_EQ(snapshot_from_metadata(document), records);
}

TEST(EndpointName, ReadsBothForms) {
  const EndpointName want{"my.ns", "backend", "generate"};
  EXPECT_EQ(*EndpointName::parse("dyn://my.ns.backend.generate"), want);
  EXPECT_EQ(*EndpointName::parse("my.ns.backend.generate"), want);
  EXPECT_EQ(want.to_string(), "dyn://my.ns.backend.generate");
  for (const auto* wrong : {"", "dyn://", "a.b", ".b.c", "a..c", "a/b.c.d"}) {
    EXPECT_THAT(EndpointName::parse(wrong).error().message, HasSubstr("endpoint")) << wrong;
  }
}

TEST(ModelCard, ChecksumTellsWhatMustAgree) {
  const ModelCard card = model().card;
  EXPECT_EQ(checksum(card).size(), 64u);
  ModelCard other = card;
  other.runtime_config.total_kv_blocks = 5;
  other.source_path = "elsewhere";
  EXPECT_EQ(checksum(other), checksum(card));
  other.kv_cache_block_size = 32;
  EXPECT_NE(checksum(other), checksum(card));
}

TEST(ModelCard, SkipsTypesOfLaterVersions) {
  const auto card =
      model_card_from_json(*json::parse(R"({"display_name":"m","model_type":"Chat|Dreams | Prefill"})"));
  ASSERT_TRUE(card.has_value());
  EXPECT_EQ(card->model_type, (std::set{ModelType::chat, ModelType::prefill}));
  EXPECT_EQ(model_card_from_json(*json::parse(R"({"display_name":"m","model_input":"Smell"})")).error().code,
            Errc::invalid);
}

}  // namespace
}  // namespace dynamo::discovery
