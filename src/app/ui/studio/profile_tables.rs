//! A profile's tables: ceilings, kernels, buffers.

use leptos::prelude::*;

use crate::{
    app::ui::words::{
        format::{bytes, count, significant},
        i18n::{mt, t},
    },
    device::MatmulKind,
    kernels::Ceilings,
    train::{KernelProfile, Profile},
};

fn kind_words(kind: MatmulKind) -> &'static str {
    match kind {
        MatmulKind::Small => "kind-small",
        MatmulKind::Medium => "kind-medium",
        MatmulKind::Large => "kind-large",
    }
}

/// `used`: the kind that the device computes with.
#[component]
pub fn CeilingTable(ceilings: Ceilings, used: Option<MatmulKind>) -> impl IntoView {
    let products = ceilings.matmul_gigaflops.iter().map(|&(kind, rate)| {
        view! {
            <tr class:chosen=kind == used>
                <th scope="row">
                    {move || match kind {
                        Some(kind) => t!("profile-square", kind = kind.name()),
                        None => t!("profile-square-cpu"),
                    }}
                    {(kind == used && kind.is_some()).then_some(view! { <span class="badge">{mt!("profile-used")}</span> })}
                    {kind.map(|kind| view! { <span class="fine">{mt!(kind_words(kind))}</span> })}
                </th>
                <td>{format!("{} GFLOP/s", significant(rate))}</td>
            </tr>
        }
    });
    view! {
        <section class="profile-part" aria-labelledby="profile-ceilings">
            <h3 id="profile-ceilings">{mt!("profile-ceilings")}</h3>
            <p class="fine">{mt!("profile-ceilings-what")}</p>
            <table class="scores profile-table">
                <thead><tr><th scope="col">{mt!("profile-measured")}</th><th scope="col">{mt!("profile-rate")}</th></tr></thead>
                <tbody>
                    {products.collect_view()}
                    <tr>
                        <th scope="row">
                            {mt!("profile-copy")}<span class="fine">{mt!("profile-copy-what")}</span>
                        </th>
                        <td>{format!("{} GB/s", significant(ceilings.copy_gigabytes_per_second))}</td>
                    </tr>
                </tbody>
            </table>
        </section>
    }
}

#[component]
pub fn KernelTable(profile: Profile) -> impl IntoView {
    if profile.kernels.is_empty() {
        return view! {
            <section class="profile-part" aria-labelledby="profile-kernels">
                <h3 id="profile-kernels">{mt!("profile-kernels")}</h3>
                <p class="fine">{mt!("profile-no-timestamps")}</p>
            </section>
        }
        .into_any();
    }
    let alone: f64 = profile.kernels.iter().map(|kernel| kernel.milliseconds).sum();
    let largest = profile.kernels.first().map_or(0.0, |kernel| kernel.share);
    let step = profile.step_milliseconds;
    let against = mt!("profile-alone", alone = significant(alone), step = significant(step));
    view! {
        <section class="profile-part" aria-labelledby="profile-kernels">
            <h3 id="profile-kernels">{mt!("profile-kernels")}</h3>
            <p class="fine">
                {mt!("profile-kernels-what")}
            </p>
            <p class="fine">
                {against} " " {mt!("profile-rounded")}
            </p>
            <div class="table-scroll profile-scroll" tabindex="0" role="region" aria-label=mt!("profile-kernels-label")>
                <table class="scores profile-table profile-kernels">
                    <thead>
                        <tr>
                            <th scope="col">{mt!("profile-kernel")}</th>
                            <th scope="col">{mt!("profile-sizes")}</th>
                            <th scope="col">{mt!("profile-calls")}</th>
                            <th scope="col">"ms"</th>
                            <th scope="col">{mt!("profile-share")}</th>
                            <th scope="col">"GFLOP/s"</th>
                            <th scope="col">"GB/s"</th>
                            <th scope="col">{mt!("profile-of-ceiling")}</th>
                        </tr>
                    </thead>
                    <tbody>{profile.kernels.iter().map(|kernel| kernel_row(kernel, largest)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn kernel_row(kernel: &KernelProfile, largest: f64) -> impl IntoView + use<> {
    let rate = |value: f64| if value > 0.0 { format!("{value:.2}") } else { "–".to_owned() };
    let of_ceiling = match kernel.of_ceiling {
        share if share > 0.0 => format!("{:.0} %", 100.0 * share),
        _ => "–".to_owned(),
    };
    view! {
        <tr>
            <th scope="row"><code>{kernel.kernel.clone()}</code></th>
            <td class="sizes">{kernel.detail.clone()}</td>
            <td>{count(kernel.calls)}</td>
            <td>{format!("{:.2}", kernel.milliseconds)}</td>
            {share_cell(kernel.share, largest)}
            <td>{rate(kernel.gigaflops)}</td>
            <td>{rate(kernel.gigabytes_per_second)}</td>
            <td>{of_ceiling}</td>
        </tr>
    }
}

/// A share with its bar, as long as the cell has room where it is the `largest` of its table.
fn share_cell(share: f64, largest: f64) -> impl IntoView + use<> {
    let length = if largest > 0.0 { share / largest } else { 0.0 };
    view! { <td class="share" style=format!("--length: {length:.3}")>{format!("{:.1} %", 100.0 * share)}</td> }
}

#[component]
pub fn BufferTable(profile: Profile) -> impl IntoView {
    let (large, small) = profile.buffers_by_size();
    let all = profile.gpu_bytes().max(1) as f64;
    let largest = large.first().map_or(0.0, |(_, size)| *size as f64 / all);
    let row = |label: &str, size: u64| {
        view! {
            <tr>
                <th scope="row">{label.to_owned()}</th>
                <td>{bytes(size as f64)}</td>
                {share_cell(size as f64 / all, largest)}
            </tr>
        }
    };
    let rest = (!small.is_empty()).then(|| {
        let label = t!("profile-smaller", count = small.len());
        row(&label, small.iter().map(|(_, size)| size).sum())
    });
    view! {
        <section class="profile-part" aria-labelledby="profile-buffers">
            <h3 id="profile-buffers">{mt!("profile-buffers")}</h3>
            <p class="fine">{mt!("profile-buffers-what")}</p>
            <div class="table-scroll profile-scroll" tabindex="0" role="region" aria-label=mt!("profile-buffers-label")>
                <table class="scores profile-table">
                    <thead>
                        <tr><th scope="col">{mt!("profile-buffer")}</th><th scope="col">{mt!("profile-size")}</th><th scope="col">{mt!("profile-share")}</th></tr>
                    </thead>
                    <tbody>
                        {large.iter().map(|(label, size)| row(label, *size)).collect_view()}
                        {rest}
                    </tbody>
                </table>
            </div>
        </section>
    }
}
