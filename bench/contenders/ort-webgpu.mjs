import './count.mjs';
import * as ort from 'onnxruntime-web/webgpu';
import { runtime } from './ort.mjs';
import { offer } from './page.mjs';

offer(runtime(ort, 'webgpu', 1));
