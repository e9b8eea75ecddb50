using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Benchmarks.Speed;

/// <summary>The page and the numbers of the speed report: <c>speed.md</c> and <c>speed.json</c>. Groups that were not measured this time keep their rows.</summary>
internal static class SpeedReport
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private sealed record Document(IReadOnlyList<SpeedRow> Rows);

    internal static void Write(string folder, IReadOnlyList<SpeedRow> measured, IReadOnlyList<string> order)
    {
        var file = Path.Combine(folder, "speed.json");
        var before = File.Exists(file) ? JsonSerializer.Deserialize<Document>(File.ReadAllText(file), Readable)!.Rows : [];
        var groups = measured.Select(row => row.Group).ToHashSet();
        IReadOnlyList<SpeedRow> rows = [.. before.Where(row => !groups.Contains(row.Group)).Concat(measured).OrderBy(row => order.ToList().IndexOf(row.Group))];
        AtomicFile.WriteText(file, JsonSerializer.Serialize(new Document(rows), Readable) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "speed.md"), Page(rows));
    }

    internal static string Page(IReadOnlyList<SpeedRow> rows)
    {
        var page = new StringBuilder("""
            # Speed

            Written by `dotnet run --project tests/Benchmarks -c Release -- speed`; the numbers are in `speed.json` beside this page. Every figure is a ratio to a reference that was measured in the same
            run, in turns: the median over the pairs, with its 95% interval (pairs drawn with replacement). What is measured, and against what, is told below the table. There is no figure of a GPU here: those are in
            [gpu.md](gpu.md).

            | | ratio | 95% interval | to | wanted | times |
            |---|---:|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var row in rows)
            page.Append(CultureInfo.InvariantCulture, $"| {row.Name} | **{row.Ratio:0.000}** | {row.Low:0.000} to {row.High:0.000} | {row.Reference} | {row.Wanted} | {row.Note} |\n");
        page.Append('\n').Append(CultureInfo.InvariantCulture, $"Machine: {string.Join("; ", rows.Select(row => row.Hardware).Distinct())}.\n");
        page.Append(Explanation.ReplaceLineEndings("\n"));
        return page.ToString();
    }

    private const string Explanation = """

        ## What is measured

        - **Prefill.** A LLaVA with random weights: TinyLlama-1.1B's width (2048, 32 heads in 4 groups, MLP 5632) with 8 of its layers, 489 million parameters, 576 visual and 32 text tokens a row, float32. The time is that of
          `ReducedModel.Generate` for one token: embedding, all layers, all sites with scoring, selection and transfer, and the head. The plans have four sites, in front of layers 0, 1, 3 and 5, and each does all that a
          searched one does: four criteria, diverse anchors, transfer, gain, proportional attention. The ratio is the speed-up over the unreduced model, as a part of the plan's MACs ratio (1 / `macsRatio` of its ledger).
        - **Floor.** The same matrix products and attention calls on the same shapes and weights, one after another, with nothing in between.
        - **Decode.** The tokens behind the first of a long answer, the unreduced model's time over the plan's: above 1, the plan is faster.
        - **Types.** The same shape as under "Prefill", written as a checkpoint in bfloat16 and loaded in float32, in bfloat16 with packed weights, and in int8 ([ADR 29](../adr/0029-low-precision.md)); all in turns, in one run. What can be
          won depends on the processor: with AMX a core multiplies 16 times as many numbers in bfloat16 as in float32, with AVX-512 alone twice as many. What the types do to answers is in [precision.md](precision.md).
        - **Latency.** A table is calibrated on the machine, plans are found under a limit on latency, and their prefill is measured in turns with the unreduced model's. A machine gets faster and slower by more than the
          5 % that are wanted between a calibration and a measurement, as the unreduced model's row says; so a plan is held against its predicted part of the unreduced prefill, and against its limit. The plans of scenes-llava are
          those of searches of 60 steps; those of the large model, which nobody can ask anything, are typical plans held below the limit as a search holds its own.
        - **Search step.** Steps of a search of scenes-llava with default settings (16 questions), each timed beside one forward and one backward pass of the unreduced, frozen model over the same questions.
        - **Transform.** ML.NET's `Transform` with images from PNG files, in batches of 16, against the loop over `PromptBatch.Create` and `ReducedModel.Generate` with images decoded before. Above 1, `Transform` is faster.
        - **Loading.** `LlavaModel.Load` against reading the same files, which are in the page cache: into fresh memory, as loading must, and into one small buffer over and over, which clears no page, writes nothing and cannot be
          reached ([ADR 17](../adr/0017-loading.md)). Above 1, loading is faster.
        - **First answer.** From a folder and a plan's file to the first answer of 16 tokens (one row, 576 visual and 32 text tokens, a model of 1.2 GB), against loading and the same answer once more. What is left is the
          comparison of the weights with those that the plan names: SHA-256 of all files, one thread. It runs beside the answer, which is handed out when both are done; a plan that was made from the loaded model needs none.
        - **Site.** One site by itself (BenchmarkDotNet, in this process) against the three matrix products that it cannot do without.
        - **scenes-llava.** The sample's model has 2 million parameters and is bound by the number of operations: reading the prompt and two tokens of answer. Above 1, the plan is faster.

        A single row at few tokens is far from its MACs ratio, since the matrix products themselves are: see its floor, and [ADR 20](../adr/0020-fast-inference.md).

        """;
}
