/** The door to TensorFlow.js: one import, its start-up banner off. Gradients come registered with this bundle only. */
import * as tf from "@tensorflow/tfjs";

/** The cpu backend greets on its first write, on stderr, unless told that it has written before. */
function quietCpu(): void {
  const cpu = tf.findBackend("cpu");
  if (cpu !== null && "firstUse" in cpu) cpu.firstUse = false;
}

quietCpu();

export { tf };
