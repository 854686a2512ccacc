// Walks the official Node client through a frontend; prints one line a step, exits with 1 at the first surprise.
// usage: node client.cjs BASE_URL MODEL

const assert = require("node:assert");
const { OpenAI } = require("openai");

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "unused", maxRetries: 0 });
const messages = [{ role: "user", content: "Say something." }];
const words = (text) => text.trim().split(/\s+/).length;

/** Expects `call` to be refused with the client's error class `kind` and `status`. */
async function refused(call, kind, status) {
  await assert.rejects(call, (error) => {
    assert(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    assert.strictEqual(error.status, status);
    return true;
  });
}

const steps = {
  async models() {
    const list = await client.models.list();
    assert.deepStrictEqual(list.data.map((entry) => entry.id), [model]);
  },

  async chat() {
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 12 });
    assert.strictEqual(words(answer.choices[0].message.content), 12);
    assert.strictEqual(answer.choices[0].finish_reason, "length");
    assert.strictEqual(answer.usage.completion_tokens, 12);
  },

  async streamed_chat_with_usage() {
    const stream = await client.chat.completions.create({
      model, messages, max_tokens: 12, stream: true, stream_options: { include_usage: true },
    });
    let text = "", usage = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    assert.strictEqual(words(text), 12);
    assert.strictEqual(usage.completion_tokens, 12);
  },

  async completion() {
    const answer = await client.completions.create({ model, prompt: "Once upon a time", max_tokens: 5 });
    assert.strictEqual(words(answer.choices[0].text), 5);
  },

  async unknown_model() {
    await refused(client.chat.completions.create({ model: "no-such-model", messages }), OpenAI.NotFoundError, 404);
  },

  async bad_json() {
    const body = Buffer.from('{"model": ');
    const headers = { "Content-Type": "application/json" };
    await refused(client.post("/chat/completions", { body, headers }), OpenAI.BadRequestError, 400);
  },

  async too_large_a_body() {
    const large = [{ role: "user", content: "a".repeat(46 << 20) }];
    await refused(client.chat.completions.create({ model, messages: large }), OpenAI.APIError, 413);
  },

  async and_it_still_answers() {
    const answer = await client.chat.completions.create({ model, messages, max_tokens: 1 });
    assert.strictEqual(answer.usage.completion_tokens, 1);
  },
};

async function main() {
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok ${name}`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
