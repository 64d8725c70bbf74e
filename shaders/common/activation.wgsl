// GELU and tanh to float32 accuracy: WGSL has no erf, and its tanh need not be more accurate than its exp.

// erf(x) ≈ x·P(x²)/Q(x²) on |x| ≤ 3.9, where erf is 1 to float32. P and Q were fitted for this project by
// iteratively reweighted least squares on Chebyshev nodes; largest error in float32 arithmetic 4.1e-7.
fn erf4(x: vec4<f32>) -> vec4<f32> {
    let c = clamp(x, vec4(-3.9), vec4(3.9));
    let u = c * c;
    var p = u * 2.066480192297604e-06 + 0.0002850611344911158;
    p = p * u + 0.003738302970305085;
    p = p * u + 0.052667953073978424;
    p = p * u + 0.18966583907604218;
    p = p * u + 1.1283791065216064;
    var q = u * 3.827003456535749e-05 + 0.001157365390099585;
    q = q * u + 0.014914192259311676;
    q = q * u + 0.11381854861974716;
    q = q * u + 0.5014197826385498;
    q = q * u + 1.0;
    return c * p / q;
}

// Φ(x), the standard normal distribution function.
fn normal_cdf4(x: vec4<f32>) -> vec4<f32> {
    return 0.5 * (1.0 + erf4(x * 0.7071067811865476));
}

// GELU, exact form: x·Φ(x).
fn gelu4(x: vec4<f32>) -> vec4<f32> {
    return x * normal_cdf4(x);
}

// d GELU / dx = Φ(x) + x·φ(x), given Φ(x).
fn gelu_slope4(x: vec4<f32>, cdf: vec4<f32>) -> vec4<f32> {
    return cdf + x * 0.3989422804014327 * exp(-0.5 * x * x);
}

// tanh |x| = (1 − e^(−2|x|)) / (1 + e^(−2|x|)), which cannot overflow; below 0.25, where it would cancel, the Taylor
// series up to x⁹ (next term 2e-9 at 0.25).
fn tanh4(x: vec4<f32>) -> vec4<f32> {
    let u = x * x;
    let near = x * (1.0 + u * (-1.0 / 3.0 + u * (2.0 / 15.0 + u * (-17.0 / 315.0 + u * (62.0 / 2835.0)))));
    let t = exp(-2.0 * abs(x));
    let far = sign(x) * (1.0 - t) / (1.0 + t);
    return select(far, near, abs(x) < vec4(0.25));
}
