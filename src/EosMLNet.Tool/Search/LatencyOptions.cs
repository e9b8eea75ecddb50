using System.CommandLine;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary>Options about the time of prefill: the table that predicts it, and its measurement.</summary>
internal sealed class LatencyOptions
{
    private static readonly SearchConstraints Defaults = new();

    private readonly Option<string?> table = CommonOptions.Optional("--latency-table", "FILE",
        "What --calibrate has measured, on this device and for a model of this shape. Where latency is limited, or --calibrate or " +
        "--measure-latency is given, the plan's is measured and reported.");
    private readonly Option<bool> calibrate = new("--calibrate")
    {
        Description = "Measure latency first and write it to --latency-table, where that has no measurement with these text tokens and " +
            "batch. Nothing else should run meanwhile.",
    };
    private readonly Option<int> textTokens = CommonOptions.Default("--latency-text-tokens", "N",
        Defaults.LatencyTextTokens, "Text tokens of a prompt whose latency is meant.");
    private readonly Option<int> batch = CommonOptions.Default("--latency-batch", "N", Defaults.LatencyBatch,
        "Prompts that are run together where latency is meant.");
    private readonly Option<bool> measure = CommonOptions.Default("--measure-latency", "BOOL", Defaults.MeasureLatency,
        "Measure the plan's prefill at the end and report it beside what --latency-table predicts. --calibrate and limits on latency do " +
        "so in any case.");

    internal IEnumerable<Option> All => [table, calibrate, textTokens, batch, measure];

    /// <summary>Whether latency is measured first.</summary>
    internal bool Calibrates(ParseResult values) => values.GetValue(calibrate);

    /// <summary>Prompts that are run together where latency is meant.</summary>
    internal int Batch(ParseResult values) => values.GetValue(batch);

    /// <summary>The table as it is before anything is measured; null where there is none yet.</summary>
    internal LatencyTable? Given(ParseResult values) =>
        values.GetValue(table) is { } file && (!Calibrates(values) || File.Exists(file)) ? LatencyTable.Load(file) : null;

    /// <summary>Throws where a calibration has no file to write to.</summary>
    /// <exception cref="EosException">EOS1013: no file is named; EOS2003: it cannot be written.</exception>
    internal void CheckWritable(ParseResult values)
    {
        if (Calibrates(values))
            AtomicFile.CheckWritable(values.GetValue(table)
                ?? throw new EosException(EosErrors.InvalidOption,
                    "--calibrate needs a file to write to; expected --latency-table beside it."));
    }

    /// <summary>The constraints with what the options say.</summary>
    internal SearchConstraints Apply(ParseResult values, SearchConstraints constraints) => constraints with
    {
        LatencyTextTokens = values.GetValue(textTokens),
        LatencyBatch = values.GetValue(batch),
        MeasureLatency = values.GetValue(measure) || Calibrates(values),
    };

    /// <summary>The table: what was measured before, and what is measured now if it is missing there; null where none is named.</summary>
    /// <exception cref="EosException">EOS1001, EOS1008: the table cannot be read; EOS4002: it is of another model or device.</exception>
    internal LatencyTable? Table(ParseResult values, VisionLanguageModel model, EosConsole console, CancellationToken cancellation)
    {
        if (values.GetValue(table) is not { } file)
            return null;
        var (text, prompts) = (values.GetValue(textTokens), values.GetValue(batch));
        var known = File.Exists(file) || !Calibrates(values) ? LatencyTable.Load(file) : null;
        known?.CheckFits(model);
        if (known is not null
            && (!Calibrates(values) || known.Profiles.Any(profile => (profile.TextTokens, profile.Batch) == (text, prompts))))
            return known;
        var measured = console.Progress("Calibrating", display =>
        {
            Report(0);
            var told = new InlineProgress<double>(Report);
            return LatencyCalibration.Measure(model, text, prompts, progress: told, cancellation: cancellation);

            void Report(double done)
            {
                var what = FormattableString.Invariant($"{text} text tokens, batch {prompts}");
                display.Report(ProgressNote.Even(done, what, display.Elapsed));
            }
        });
        var all = known?.With(measured.Profiles[0]) ?? measured;
        all.Save(file);
        console.Line($"Latency table written to {file}");
        var (unreduced, residual) = (1000 * measured.Profiles[0].Unreduced(model.LayerCount), 100 * measured.Profiles[0].Residual);
        console.Line(
            $"{unreduced:0.###} ms unreduced on {measured.Target.Device}; whole prefills differ by {residual:0.0} % at most.");
        return all;
    }
}
