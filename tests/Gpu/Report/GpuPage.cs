using System.Globalization;
using System.Text;
using Gpu.Shapes;

namespace Gpu.Report;

/// <summary>The page <c>gpu.md</c>. A cell whose number was not measured is empty.</summary>
internal sealed class GpuPage
{
    private readonly StringBuilder text = new();
    private readonly GpuResults results;
    private readonly Shape shape;

    private GpuPage(GpuResults results) => (this.results, shape) = (results, Shape.Of(results.Shape));

    internal static string Write(GpuResults results)
    {
        var page = new GpuPage(results);
        page.Head();
        page.Machine();
        page.Sections();
        page.Checks("Parity", "The device against reference numbers of Hugging Face transformers, and against the CPU in float32.", results.Parity);
        page.Attention();
        page.Latency();
        page.Checks("Checks on the device", "What the tests say of the CPU, said of the device.", results.Checks);
        page.Ceilings();
        page.Speed();
        page.SiteTimes();
        page.Tiles();
        page.Search();
        page.SideBySide();
        return page.text.ToString().ReplaceLineEndings("\n");
    }

    private void Head()
    {
        Line("# On a GPU");
        Line();
        if (results.Date is null)
            Line("**Nothing on this page has been measured yet: no CUDA machine was at hand.** The cells are empty; `build/gpu.sh` fills them.");
        else
            Line($"Written by `build/gpu.sh` on {results.Date.Value.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}, device `{results.Device}`, in {Number(results.Seconds, "0")} s. The numbers are in `gpu.json` beside this page. A cell whose number was not measured is empty.");
        if (results.Shape != Shape.Llava7B.Name)
            Line().Line($"**The shape is `{results.Shape}`: a trial of the program, whose times say nothing.**");
        Line();
    }

    private void Machine()
    {
        var facts = results.Facts;
        Line("| machine | |");
        Line("|---|---|");
        Line($"| card | {Cell(facts?.Card)} |");
        Line($"| its memory | {(facts?.MemoryMegabytes is { } megabytes ? $"{Number(megabytes, "0")} MiB" : "")} |");
        Line($"| driver | {Cell(facts?.Driver)} |");
        Line($"| libtorch | {(facts?.Runtime is { } runtime ? $"{Cell(runtime.LibTorchVersion)}, {(runtime.UsesExistingLibTorch ? "the machine's own" : "packaged")}; TorchSharp {runtime.TorchSharp}" : "")} |");
        Line($"| cuDNN | {facts?.Cudnn} |");
        Line($"| torch_cpu mapped | {(facts is null ? "" : $"{facts.TorchCpu.Count}")} |");
        Line($"| functions that libtorch lacks | {(facts is null ? "" : $"{facts.Runtime.MissingFunctions.Count}{string.Concat(facts.Runtime.MissingFunctions.Select((name, i) => $"{(i == 0 ? ": " : ", ")}`{name}`"))}")} |");
        Line($"| host | {(facts is null ? "" : $"{facts.Cores} cores, {Cell(facts.Runtime.OperatingSystem)}, {facts.Runtime.DotNet}")} |");
        foreach (var problem in facts?.Runtime.Problems ?? [])
            Line($"| {problem.Code} | {Cell(problem.Message)} |");
        Line();
    }

    private void Sections()
    {
        if (results.Sections.All(section => section.Outcome == "done"))
            return;
        Line("## What is missing").Line();
        foreach (var section in results.Sections.Where(section => section.Outcome != "done"))
            Line($"- `{section.Name}` {section.Outcome}{(section.Problem is null ? "" : $": {Cell(section.Problem)}")}");
        Line();
    }

    private void Checks(string title, string introduction, IReadOnlyList<CheckResult> checks)
    {
        Line($"## {title}").Line();
        Line($"{introduction} {(checks.Count == 0 ? "Not run." : $"{checks.Count(check => check.Passed)} of {checks.Count} passed.")}").Line();
        if (checks.Count == 0)
            return;
        Line("| | | found |");
        Line("|---|---|---|");
        foreach (var check in checks)
            Line($"| {Cell(check.Name)} | {(check.Passed ? "passed" : "**failed**")} | {Cell(check.Detail)} |");
        Line();
    }

    private void Attention()
    {
        Line("## Attention, with and without cuDNN's").Line();
        Line("Both settings of the switch, each in a process of its own: the gradients of a mask and of a step of the search, and the time of each of 65 tokens after prompts of lengths that the process had not seen, then once more. " +
            "Only the first setting, EosMLNet's own, decides whether the run has passed.").Line();
        Line("| | EosMLNet's own: cuDNN not preferred | cuDNN preferred |");
        Line("|---|---|---|");
        Line($"| kernels, the first one tried first | {Cell(results.Attention?.Order)} | {Cell(results.AttentionCudnn?.Order)} |");
        foreach (var name in new[] { results.Attention, results.AttentionCudnn }.SelectMany(one => one?.Checks ?? []).Select(check => check.Name).Distinct())
            Line($"| {Cell(name)} | {Found(name, results.Attention)} | {Found(name, results.AttentionCudnn)} |");
        Line();
        Line("| setting | mean visual tokens | text tokens | first token ms | ms a token, first sight | the slowest | ms a token, second sight | the slowest |");
        Line("|---|---:|---:|---:|---:|---:|---:|---:|");
        Tokens("own", results.Attention);
        Tokens("cuDNN preferred", results.AttentionCudnn);
        Line();

        string Found(string name, AttentionResult? result) => result?.Checks.FirstOrDefault(check => check.Name == name) is { } check ? $"{(check.Passed ? "" : "**failed** ")}{Cell(check.Detail)}" : "";

        void Tokens(string setting, AttentionResult? result)
        {
            foreach (var row in result?.Tokens ?? [])
                Line($"| {setting} | {(row.Budget is null ? $"{shape.Config.VisualTokens}, unreduced" : $"{row.Budget}")} | {row.TextTokens} | {Number(row.First.FirstOrDefault(), "0.0")} | {Rest(row.First)} | {Rest(row.Again)} |");
        }

        static string Rest(IReadOnlyList<double> times) => times.Count < 2 ? " | " : $"{Number(EosMLNet.Evaluation.Statistics.Median(times.Skip(1)), "0.00")} | {Number(times.Skip(1).Max(), "0.00")}";
    }

    private void Latency()
    {
        var latency = results.Latency;
        Line("## Latency, predicted and measured").Line();
        Line($"A calibration as `eos search --calibrate` makes it{(latency is null ? "" : FormattableString.Invariant($", with {latency.Rounds} rounds, in {latency.Seconds:0.0} s; whole prefills of its own differ from it by {100 * latency.Residual:0.0} % at most"))}. Prefill of one prompt, from the encoded image to the first token.").Line();
        Line("| mean visual tokens | predicted ms | measured ms |");
        Line("|---:|---:|---:|");
        foreach (var budget in new int?[] { null }.Concat(shape.Budgets.Select(tokens => (int?)tokens)))
        {
            var row = latency?.Plans.FirstOrDefault(plan => plan.Budget == budget);
            Line($"| {(budget is null ? $"{shape.Config.VisualTokens}, unreduced" : $"{budget}")} | {Number(row?.PredictedMilliseconds, "0.0")} | {Number(row?.MeasuredMilliseconds, "0.0")} |");
        }
        Line();
    }

    private void SiteTimes()
    {
        var sites = results.Sites;
        Line("## One reduced prefill, part by part").Line();
        Line($"At {shape.SearchBudget} mean visual tokens, batch 1. The device is waited for behind each part.").Line();
        Line("| part | ms |");
        Line("|---|---:|");
        foreach (var site in sites?.Sites ?? [])
            Line($"| site in front of layer {site.Layer}, leaves {site.Keep} | {Number(site.Milliseconds, "0.00")} |");
        Line($"| all layers | {Number(sites?.LayersMilliseconds, "0.00")} |");
        Line();
    }

    private void Tiles()
    {
        var (rows, unreduced) = (results.Tiles, results.Tiles.FirstOrDefault(row => row.Share is null));
        Line("## An image in tiles").Line();
        Line($"LLaVA-OneVision{(results.Shape == Shape.Llava7B.Name ? "-7B" : "")} with random bf16 weights, one image of {shape.TileSide} x {shape.TileSide} tiles and the whole{(unreduced is null ? "" : $", {unreduced.VisualTokens} visual tokens")}, " +
            $"{shape.TextTokens} text tokens, {shape.DecodedTokens} tokens decoded after the first. Plans as above, whose sites keep shares.").Line();
        Line("| mean visual tokens | encode ms | prefill ms | ms a token | prefill speed-up | MACs allow |");
        Line("|---|---:|---:|---:|---:|---:|");
        foreach (var share in shape.TiledShares.Select(share => (double?)share).Prepend(null))
        {
            var row = rows.FirstOrDefault(row => row.Share == share);
            Line($"| {(share is null ? "unreduced" : FormattableString.Invariant($"1/{1 / share:0}"))} | {Number(row?.EncodeMilliseconds, "0.0")} | {Number(row?.PrefillMilliseconds, "0.0")} | {Number(row?.DecodeMilliseconds / shape.DecodedTokens, "0.00")} " +
                $"| {Unit(unreduced?.PrefillMilliseconds / row?.PrefillMilliseconds, "0.00", "×")} | {Unit(1 / row?.MacsRatio, "0.00", "×")} |");
        }
        Line();
    }

    private void Ceilings()
    {
        var ceilings = results.Ceilings;
        Line("## Ceilings").Line();
        Line("| measured | |");
        Line("|---|---:|");
        Line($"| bf16 matrix product, n = {ceilings?.MatmulSize ?? shape.MatmulSize} | {Unit(ceilings?.MatmulTeraflops, "0.0", "TFLOP/s")} |");
        Line($"| copy on the device, {Number((ceilings?.CopyBytes ?? shape.CopyBytes) / (double)(1 << 20), "0")} MiB, read and written bytes | {Unit(ceilings?.CopyGigabytes, "0", "GB/s")} |");
        Line();
    }

    private void Speed()
    {
        Line("## Prefill and decode").Line();
        Line($"Random bf16 weights; {shape.Config.VisualTokens} visual and {shape.TextTokens} text tokens a prompt, {shape.DecodedTokens} tokens decoded after the first. Plans have four sites with learned scores, text attention, transfer and diverse anchors. " +
            "Times are medians, up to the moment at which the device is idle. The share of a ceiling is what the tokens need at least (prefill: the ledger's multiply-accumulates, without the operator's own work; decode: weights and key-value cache read once a token) " +
            "over what the device could have done in that time. If prefill were multiply-accumulates and nothing else, its speed-up would be that of the column beside it.").Line();
        Line("| batch | mean visual tokens | encode ms | prefill ms | decode ms | ms a token | prefill speed-up | MACs allow | decode speed-up | prefill, share of matmul | decode, share of copy |");
        Line("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var batch in shape.Batches)
        {
            var unreduced = Find(batch, null);
            foreach (var budget in new int?[] { null }.Concat(shape.Budgets.Select(tokens => (int?)tokens)))
            {
                var row = Find(batch, budget);
                Line($"| {batch} | {(budget is null ? $"{shape.Config.VisualTokens}, unreduced" : $"{budget}")} | {Number(row?.EncodeMilliseconds, "0.0")} | {Number(row?.PrefillMilliseconds, "0.0")} | {Number(row?.DecodeMilliseconds, "0.0")} " +
                    $"| {Number(row?.DecodeMilliseconds / shape.DecodedTokens, "0.00")} | {Unit(unreduced?.PrefillMilliseconds / row?.PrefillMilliseconds, "0.00", "×")} | {Unit(1 / row?.MacsRatio, "0.00", "×")} " +
                    $"| {Unit(unreduced?.DecodeMilliseconds / row?.DecodeMilliseconds, "0.00", "×")} | {Percent(1000 * row?.PrefillTeraflop / row?.PrefillMilliseconds / results.Ceilings?.MatmulTeraflops)} " +
                    $"| {Percent(1000 * row?.DecodeGigabytes / row?.DecodeMilliseconds / results.Ceilings?.CopyGigabytes)} |");
            }
        }
        foreach (var row in results.Speed.Where(row => row.Again))
        {
            Line($"| {row.Batch} | {shape.Config.VisualTokens}, unreduced again at the end | {Number(row.EncodeMilliseconds, "0.0")} | {Number(row.PrefillMilliseconds, "0.0")} | {Number(row.DecodeMilliseconds, "0.0")} " +
                $"| {Number(row.DecodeMilliseconds / shape.DecodedTokens, "0.00")} |  |  |  |  |  |");
        }
        Line();
    }

    private void Search()
    {
        Line("## Search").Line();
        Line($"One step of a search for {shape.SearchBudget} mean visual tokens on that shape, forward and backward, with the activations of {shape.RecomputedLayers} layers in memory at once; the median. Memory is the most that the process has taken from the device so far, weights included.").Line();
        Line("| questions | s a step | peak memory |");
        Line("|---:|---:|---:|");
        foreach (var batch in shape.SearchBatches)
        {
            var row = results.Search.Concat(results.SearchLargest).FirstOrDefault(row => row.Batch == batch);
            Line($"| {batch} | {(row?.Note is { } note ? Cell(note) : Number(row?.StepSeconds, "0.000"))} | {Unit(row?.PeakBytes / 1e9, "0.0", "GB")} |");
        }
        Line();
    }

    private void SideBySide()
    {
        var peer = results.Transformers;
        Line("## Beside Hugging Face transformers").Line();
        Line($"The same shape, prompts of the same lengths, the same device and run; `generate` with the image each time.{(peer?.Versions is { } versions ? $" {Cell(versions)}, attention `{Cell(peer.Attention)}`." : "")}");
        if (peer?.Problem is { } problem)
            Line($"**Incomplete:** {Cell(problem)}");
        Line();
        Line("| batch | | to the first token ms | decode ms | ms a token |");
        Line("|---:|---|---:|---:|---:|");
        foreach (var batch in shape.Batches)
        {
            var row = peer?.Rows.FirstOrDefault(row => row.Batch == batch);
            Side(batch, "transformers", row?.FirstMilliseconds, row?.DecodeMilliseconds);
            var unreduced = Find(batch, null);
            Side(batch, "EosMLNet, unreduced", unreduced?.EncodeMilliseconds + unreduced?.PrefillMilliseconds, unreduced?.DecodeMilliseconds);
            foreach (var budget in shape.Budgets)
            {
                var reduced = Find(batch, budget);
                Side(batch, $"EosMLNet, {budget} mean visual tokens", reduced?.EncodeMilliseconds + reduced?.PrefillMilliseconds, reduced?.DecodeMilliseconds);
            }
        }

        void Side(int batch, string what, double? first, double? decode) =>
            Line($"| {batch} | {what} | {Number(first, "0.0")} | {Number(decode, "0.0")} | {Number(decode / shape.DecodedTokens, "0.00")} |");
    }

    private SpeedRow? Find(int batch, int? budget) => results.Speed.FirstOrDefault(row => row.Batch == batch && row.Budget == budget && !row.Again);

    private GpuPage Line(string line = "")
    {
        text.Append(line).Append('\n');
        return this;
    }

    // What was read from files or other programs must not break the table.
    private static string Cell(string? value) => value?.ReplaceLineEndings(" ").Replace("|", "\\|") ?? "";

    private static string Number(double? value, string format) => value is { } x && double.IsFinite(x) ? x.ToString(format, CultureInfo.InvariantCulture) : "";

    private static string Unit(double? value, string format, string unit) => Number(value, format) is { Length: > 0 } number ? $"{number} {unit}" : "";

    private static string Percent(double? share) => Unit(100 * share, "0", "%");
}
