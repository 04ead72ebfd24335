// Runs each NAME.onnx of a folder with ONNX Runtime on the samples in NAME.in, 32-bit floats in the
// shape of its input, and writes its first output to NAME.out.
//
//   node onnxruntime.js MODULES FOLDER
//
// MODULES is the node_modules folder with onnxruntime-node.
const fs = require('fs');
const path = require('path');

const [modules, folder] = process.argv.slice(2);
const ort = require(path.join(modules, 'onnxruntime-node'));

function floats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function run(name) {
  const session = await ort.InferenceSession.create(path.join(folder, name + '.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const values = floats(path.join(folder, name + '.in'));
  const shape = session.inputMetadata[0].shape.slice(1);
  const batch = values.length / shape.reduce((product, size) => product * size, 1);
  const input = new ort.Tensor('float32', values, [batch, ...shape]);
  const outputs = await session.run({ [session.inputNames[0]]: input });
  const { data } = outputs[session.outputNames[0]];
  fs.writeFileSync(path.join(folder, name + '.out'),
                   Buffer.from(data.buffer, data.byteOffset, data.byteLength));
}

(async () => {
  for (const file of fs.readdirSync(folder)) {
    if (!file.endsWith('.onnx')) continue;
    const name = file.slice(0, -'.onnx'.length);
    try {
      await run(name);
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
})();
