import './count.mjs';
import * as ort from 'onnxruntime-web/wasm';
import { runtime } from './ort.mjs';
import { offer, variant } from './page.mjs';

offer(runtime(ort, 'wasm', Number(variant)));
