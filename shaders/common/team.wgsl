// Reductions by teams. The 64 threads of a workgroup are four teams of 16 lanes with a row each, or, where rows are
// long, one team of 64 lanes. Lanes stride over the vec4s of their row, so neighbouring lanes read neighbouring vec4s.
// Sums have a fixed order, so equal inputs give equal bits. A reduction takes log₂(lanes) + 2 barriers.
//
// Every thread of a workgroup must reach each barrier: a team without a row takes part with zeros.

const TEAM = 16u;
// Teams of a workgroup; src/kernels/mod.rs has the same constant.
const TEAMS = 4u;
// Tokens that one partial sum of a parameter's gradient covers; src/kernels/mod.rs has the same constant.
const CHUNK = 64u;

var<workgroup> team_values: array<vec2<f32>, THREADS>;

// Σ of two values over the `lanes` threads of each team, returned to all of them. `lanes` is a power of two.
fn team_sums(local: u32, lanes: u32, values: vec2<f32>) -> vec2<f32> {
    team_values[local] = values;
    workgroupBarrier();
    for (var reach = lanes / 2u; reach > 0u; reach /= 2u) {
        if (local % lanes < reach) { team_values[local] += team_values[local + reach]; }
        workgroupBarrier();
    }
    let total = team_values[local - local % lanes];
    workgroupBarrier();
    return total;
}

fn team_sum(local: u32, lanes: u32, value: f32) -> f32 {
    return team_sums(local, lanes, vec2(value, 0.0)).x;
}

// Largest value of each team, returned to all of its lanes.
fn team_max(local: u32, lanes: u32, value: f32) -> f32 {
    team_values[local].x = value;
    workgroupBarrier();
    for (var reach = lanes / 2u; reach > 0u; reach /= 2u) {
        if (local % lanes < reach) {
            team_values[local].x = max(team_values[local].x, team_values[local + reach].x);
        }
        workgroupBarrier();
    }
    let largest = team_values[local - local % lanes].x;
    workgroupBarrier();
    return largest;
}

var<workgroup> lane_values: array<vec4<f32>, THREADS>;

// Σ over the four teams of the values of equal lanes: for sums over rows.
fn sum_of_teams(local: u32, value: vec4<f32>) -> vec4<f32> {
    lane_values[local] = value;
    workgroupBarrier();
    let lane = local % TEAM;
    let total = (lane_values[lane] + lane_values[lane + TEAM])
        + (lane_values[lane + 2u * TEAM] + lane_values[lane + 3u * TEAM]);
    workgroupBarrier();
    return total;
}

fn sum4(v: vec4<f32>) -> f32 {
    return (v.x + v.y) + (v.z + v.w);
}
