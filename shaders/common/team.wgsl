// Rows by teams: the 64 threads of a workgroup are four rows of 16 lanes, or, where rows are long, one row of 64.
// Lanes stride over the vec4s of their row, so that neighbours read neighbours, and here is put together what they
// found: always in the same order, so that the same numbers give the same bits.
//
// Barriers need every thread: a team without a row takes part with nothing in its hands.

const THREADS = 64u;
const TEAM = 16u;
// Rows of a workgroup; src/kernels/mod.rs has the same constant.
const TEAMS = 4u;

var<workgroup> team_values: array<vec2<f32>, THREADS>;

// Σ of two values over the `lanes` threads of each team, for all of them. `lanes` is a power of two.
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

// The largest value of each team, likewise.
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

// Σ over the four teams of what the same lane of each has, for sums over rows.
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
