// Microseconds of one sample in ONNX Runtime: the median of RUNS, after a tenth to warm up.
//
//   node onnxruntime_latency.js MODULES MODEL.onnx RUNS
const path = require('path');

const [modules, model, runsText] = process.argv.slice(2);
const ort = require(path.join(modules, 'onnxruntime-node'));

(async () => {
  const runs = Number(runsText);
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const shape = [1, ...session.inputMetadata[0].shape.slice(1)];
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < values.length; ++i) values[i] = (i * 7919) % 256;
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', values, shape) };
  const times = [];
  for (let run = -Math.ceil(runs / 10); run < runs; ++run) {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    const time = Number(process.hrtime.bigint() - start) / 1000;
    if (run >= 0) times.push(time);
  }
  times.sort((a, b) => a - b);
  console.log(times[times.length >> 1]);
})();
