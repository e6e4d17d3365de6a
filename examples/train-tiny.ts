/**
 * Trains a tiny character model with `compile` alone: a function of tensors, its gradients and an optimizer step become one
 * program. Everything inside the function is ordinary TensorFlow.js. Run it with
 *
 *     node --conditions=entlaw-source examples/train-tiny.ts
 */
import { compile, useEngine, tf } from "entlaw/engine";

const TEXT =
  "the entropy of a policy is spent for reward and the reward ends where the entropy does. ".repeat(
    8,
  );
const alphabet = [...new Set(TEXT)].toSorted();
const idOf = new Map(alphabet.map((letter, id) => [letter, id]));
const ids = Int32Array.from(TEXT, (letter) => idOf.get(letter)!);

const CONTEXT = 6; // letters that predict the next one
const WIDTH = 32;
const ROWS = ids.length - CONTEXT;

await useEngine("graph");

// Variables live outside: every program that is compiled over them shares their memory.
const embedding = tf.variable(tf.randomNormal([alphabet.length, 8], 0, 0.3, "float32", 1));
const hidden = tf.variable(tf.randomNormal([CONTEXT * 8, WIDTH], 0, 0.15, "float32", 2));
const output = tf.variable(tf.randomNormal([WIDTH, alphabet.length], 0, 0.15, "float32", 3));
const variables = [embedding, hidden, output];
const optimizer = tf.train.adam(0.02); // stock tfjs; its slots become variables of the program

const logitsOf = (contexts: tf.Tensor, rows: number): tf.Tensor2D => {
  const letters = tf.gather(embedding, tf.reshape(contexts, [rows * CONTEXT]) as tf.Tensor1D);
  const features = tf.tanh(tf.matMul(tf.reshape(letters, [rows, CONTEXT * 8]), hidden));
  return tf.matMul(features as tf.Tensor2D, output as tf.Tensor2D);
};

// Traced once here; each call then runs one graph.
const step = await compile(
  ({ contexts, next }) => {
    const loss = (): tf.Scalar => {
      const targets = tf.oneHot(next, alphabet.length, 1, 0, "float32");
      const logProb = tf.logSoftmax(logitsOf(contexts, ROWS));
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, logProb), 1)));
    };
    const { value, grads } = tf.variableGrads(loss, variables);
    optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    return { loss: value };
  },
  { contexts: { shape: [ROWS, CONTEXT], dtype: "int32" }, next: { shape: [ROWS], dtype: "int32" } },
);

const contexts = Int32Array.from(
  { length: ROWS * CONTEXT },
  (_, k) => ids[Math.floor(k / CONTEXT) + (k % CONTEXT)]!,
);
const next = ids.slice(CONTEXT);
for (let k = 0; k <= 100; k++) {
  const { loss } = await step({ contexts, next });
  if (k % 20 === 0) console.log(`step ${k}: ${loss[0]!.toFixed(3)} nats a letter`);
}

// A second program over the same variables: the likeliest next letter.
const guess = await compile(({ context }) => ({ id: tf.argMax(logitsOf(context, 1), 1) }), {
  context: { shape: [CONTEXT], dtype: "int32" },
});
let line = "the en";
while (line.length < 60) {
  const { id } = await guess({
    context: Int32Array.from(line.slice(-CONTEXT), (letter) => idOf.get(letter)!),
  });
  line += alphabet[id[0]!];
}
console.log(line);
