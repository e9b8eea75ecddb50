using System.Globalization;
using System.Text;

namespace Benchmarks.Peers;

/// <summary>Writes <c>peers.md</c>.</summary>
internal static class PeersPage
{
    internal static string Write(PeersDocument document)
    {
        var page = new StringBuilder($"""
            # Beside llama.cpp

            Written by `dotnet run --project tests/Benchmarks -c Release -- peers`; the numbers are in `peers.json` beside this page. A Llama decoder with random weights (width 2048, 32 heads in 4 groups, MLP 5632, 8 layers, 32,000 words, 489 million
            parameters), one row, unreduced, through this project and through llama.cpp (LLamaSharp 0.30.0, a process of its own, as many threads), in turns in one run. "Times as fast" is the median over the pairs, with its 95% interval.
            8 bits are int8 with a scale a row here, and Q8_0 there. "Bare" is our matrix products and attention calls alone. The last two columns say what is reached of the machine's own limit, measured in the same run: for a prefill our
            fastest matrix product in that type, for a token the copying of memory.

            | type | work | ours, ms | llama.cpp, ms | times as fast | bare, ms | ours of the limit | llama.cpp of it |
            |---|---|---:|---:|---|---:|---:|---:|

            """.ReplaceLineEndings("\n"));
        foreach (var row in document.Rows)
            page.Append(CultureInfo.InvariantCulture, $"| {row.Type} | {row.Work} | {row.Milliseconds} | {row.PeerMilliseconds} | **{row.Ratio:0.00}** ({row.Low:0.00} to {row.High:0.00}) | {(row.BareMilliseconds > 0 ? row.BareMilliseconds : "")} | {row.Share:p0} | {row.PeerShare:p0} |\n");
        page.Append(CultureInfo.InvariantCulture, $"\nLimits: {string.Join(", ", document.Limits.Select(limit => FormattableString.Invariant($"{limit.TeraFlops:0.00} TFLOP/s in {limit.Type}")))}; copying {document.GigabytesPerSecond:0} GB/s, read and written.\n");
        page.Append(CultureInfo.InvariantCulture, $"Machine: {document.Hardware}. llama.cpp says: {document.Peer}.\n");
        if (document.Onnx is { } onnx)
            Add(page, onnx);
        return page.ToString();
    }

    private static void Add(StringBuilder page, OnnxPart onnx)
    {
        string[] others = [.. onnx.Rows[0].Others.Select(other => other.Name)];
        page.Append(FormattableString.Invariant($"""

            ## ONNX Runtime

            Written by the same program with `--only onnx`, in a run of its own. The same decoder and the same prompts through ONNX Runtime (`EosMLNet.Onnx`), torch's engine and llama.cpp, all with as many threads, in turns, {onnx.Rounds} times.
            Int8 and Int4 are what `eos export --weights` writes: MatMulNBits with a scale for each 128 or 32 numbers, inputs rounded to 8 bits. Float32 is the checkpoint as it is. Beside each time of another stands how many times as fast
            ONNX Runtime is: the median over the pairs, with its 95% interval.

            | weights | work | ONNX Runtime, ms | {string.Join(" | ", others.Select(other => $"{other}, ms"))} |
            |---|---|---:|{string.Concat(others.Select(_ => "---|"))}

            """).ReplaceLineEndings("\n"));
        foreach (var row in onnx.Rows)
        {
            var beside = row.Others.Select(other => FormattableString.Invariant($"{other.Milliseconds}: **{other.Ratio.Median:0.00}** ({other.Ratio.Low:0.00} to {other.Ratio.High:0.00})"));
            page.Append(CultureInfo.InvariantCulture, $"| {row.Weights} | {row.Work} | {row.Milliseconds} | {string.Join(" | ", beside)} |\n");
        }
        page.Append(CultureInfo.InvariantCulture, $"\nMachine: {onnx.Hardware}. llama.cpp says: {onnx.LlamaCpp}.\n");
    }
}
