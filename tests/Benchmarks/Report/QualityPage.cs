using System.Globalization;
using System.Text;
using Benchmarks.Backbones;
using Benchmarks.Quality;
using static Benchmarks.Report.ReportNumbers;

namespace Benchmarks.Report;

/// <summary>Writes <c>quality.md</c> and the page of each model.</summary>
internal sealed class QualityPage
{
    private readonly QualityResults results;
    private readonly StringBuilder text = new();

    private QualityPage(QualityResults results) => this.results = results;

    /// <summary>The page of one model.</summary>
    internal static string Write(QualityResults results, IReadOnlyList<string> images)
    {
        var page = new QualityPage(results);
        page.Introduction();
        page.Summary();
        page.Agnostic();
        page.Difficult();
        foreach (var budget in results.Bench.Settings.Budgets)
            page.Budget(budget);
        page.Families();
        page.Horizons();
        page.Latency();
        page.Front();
        page.Family();
        page.OneThingChanged();
        page.TransferOverFamilies();
        page.TransferOver(Transfers.Precisions, "in another precision", "The search was in float32. The rows without a plan tell what the precision itself costs.");
        page.TransferOver(Transfers.Sizes, "on images of another size", "It keeps as many tokens of them, whatever they have.");
        page.TransferOverModels();
        page.Cost();
        page.Images(images);
        page.Missing();
        return page.text.ToString();
    }

    /// <summary>The page of all models.</summary>
    internal static string WriteAll(IReadOnlyList<QualityResults> all, string? remarks, BackboneDocument? sizes)
    {
        var page = new QualityPage(all[0]);
        page.InShort(all);
        if (remarks is not null)
            page.Line(remarks.Trim());
        if (sizes is not null)
            page.SeveralSizes(sizes);
        return page.text.ToString();
    }

    private QualitySettings Settings => results.Bench.Settings;

    private void InShort(IReadOnlyList<QualityResults> all)
    {
        Line("# Quality: accuracy at equal ledgers");
        Line($"""
            Written by `dotnet run --project tests/Benchmarks -c Release -- quality` on {DateTime.Today:d MMMM yyyy}: {Hardware.Describe()}; each measurement on one thread.
            The numbers are in `quality.json` beside this page. Each model has a page with all methods: {string.Join(", ", all.Select(one => $"[{one.Bench.Subject.Name}](quality-{one.Bench.Subject.Name}.md)"))}.

            **Accuracy** is the mean of the question families' shares of right answers (greedy decoding, the whole answer must be right), on images that no search saw.
            **Budgets** are mean visual tokens a layer. No plan's ledger is above its budget. Only the decoder's prefill is counted, not the operator's own work.
            **Intervals** are 95% intervals of paired differences: the test images are drawn with replacement, 2,000 times, and each method is averaged over its seeds first.
            **Difficult questions** are those that the unreduced model answers rightly on the whole image, and wrongly on a shrunk one.
            Tables show the share that is right. The idea is that of VTC-Bench ([arXiv:2510.07143](https://arxiv.org/abs/2510.07143)).
            **Worst family** is the question family that a method loses most on against the unreduced model, in points.
            **Reading** is the accuracy on the number that is written in the image.
            **Again:** `-- quality --model NAME --only main/16/fastv` measures what is missing of one row, and the command above goes on where it was stopped.
            """);
        Line("## In short");
        Table(["model", "unreduced", "budget", "EOS", "of unreduced", "its seeds", "question-agnostic", "best preset", "EOS less best preset", "best other search", "EOS less best other search"],
            from results in all
            from budget in results.Bench.Settings.Budgets
            where results.Unreduced is not null && results.MethodsAt(budget).Any(IsEos)
            select new QualityPage(results).Row(budget));
    }

    // A model at a budget.
    private string[] Row(int budget)
    {
        var (methods, whole, tokens) = (results.MethodsAt(budget), results.Unreduced!.Accuracy, results.Bench.PlanModel.VisualTokens);
        var seeds = methods.First(IsEos);
        var agnostic = results.AgnosticAt(budget);
        var (preset, search) = (Best(methods, MethodKind.Preset), Best(methods, MethodKind.Search));
        return
        [
            results.Bench.Subject.Name, Percent(whole), $"{budget} of {tokens}", Percent(Accuracy(seeds)), Percent(Accuracy(seeds) / whole), Spread(seeds),
            agnostic.Count == 0 ? "" : $"{Percent(Accuracy(agnostic))} ({Spread(agnostic)})", Named(preset), Against(budget, preset), Named(search), Against(budget, search),
        ];

        static string Spread(IReadOnlyList<Measured> plans) => plans.Count == 1 ? "1" : FormattableString.Invariant(
            $"{plans.Count}, {100 * plans.Min(plan => plan.Accuracy):f1} to {100 * plans.Max(plan => plan.Accuracy):f1}");
    }

    private void Introduction()
    {
        var (data, subject) = (results.Bench.Data, results.Bench.Subject);
        Line($"# Quality: {subject.Name}");
        Line($"""
            Written with [the page of all models](quality.md), which says what the figures mean.

            **Model:** `{subject.Name}`, {results.Bench.PlanModel.VisualTokens} visual tokens{(subject.Size is { } size ? $" (images of {size.Width} × {size.Height} pixels)" : "")}, {results.Bench.Model.LayerCount} decoder layers, frozen.
            **Data:** images drawn by `samples/ScenesVqa` (seed {subject.DataSeed}); no image is in two parts. Searches learn from {data.Search.Images.Count} images ({data.Search.Examples.Count} questions) and
            decide by {data.Validation.Images.Count} more; all accuracies below are on {data.Test.Examples.Count} questions about {data.Test.Images.Count} images that no search saw.
            **Milliseconds** are those of an answer in batches, the encoder's work not counted; questions about one image share what a question-agnostic plan makes of it.
            """);
    }

    private void Summary()
    {
        var budgets = Settings.Budgets.Where(budget => results.MethodsAt(budget).Any(IsEos)).ToList();
        if (budgets.Count == 0 || results.Unreduced is not { } whole)
            return;
        Line("## In short");
        Line($"Unreduced: {Percent(whole.Accuracy)}.");
        Table(["mean tokens", "EOS", "of unreduced", "best preset", "EOS less best preset", "best other search", "EOS less best other search"], budgets.Select(budget =>
        {
            var methods = results.MethodsAt(budget);
            var eos = Accuracy(methods.First(IsEos));
            var (preset, search) = (Best(methods, MethodKind.Preset), Best(methods, MethodKind.Search));
            return new[] { $"{budget}", Percent(eos), Percent(eos / whole.Accuracy), Named(preset), Against(budget, preset), Named(search), Against(budget, search) };
        }));
    }

    private static string Named(WorstFamily? worst) => worst switch
    {
        null => "",
        { Name: null } => "none",
        _ => FormattableString.Invariant($"{worst.Name}, {worst.Points:+0.0;-0.0;0.0}"),
    };

    private static string Named(IReadOnlyList<Measured>? method) => method is null ? "" : $"{method[0].Trial.Method}, {Percent(Accuracy(method))}";

    private string Against(int budget, IReadOnlyList<Measured>? method) =>
        method is null ? "" : Interval(results.Differences.Single(d => d.Budget == budget && d.B == method[0].Trial.Method));

    private void Agnostic()
    {
        var best = results.AgnosticDifferences.Where(difference => difference.BestPreset).ToList();
        if (best.Count == 0)
            return;
        Line("Without looking at the question, so that one reduced image serves all questions about it:");
        Table(["mean tokens", "EOS, question-agnostic", "best preset of that kind", "difference"], best.Select(difference => new[]
        {
            $"{difference.Budget}", Percent(Accuracy(results.AgnosticAt(difference.Budget))),
            $"{difference.B}, {Percent(Accuracy(results.MethodsAt(difference.Budget).Single(method => method[0].Trial.Method == difference.B)))}", Interval(difference),
        }));
    }

    private void Difficult()
    {
        if (results.Difficult is not { } difficult)
            return;
        var (count, all) = (difficult.Rows.Count, results.Bench.Data.Test.Examples.Count);
        Line($"""
            **Difficult questions:** {count} of {all}. The unreduced model answers them rightly on the whole image, and wrongly on one
            that was shrunk to half of its width and height and enlarged again. On such images its accuracy is
            {Percent(results.Shrunk!.Accuracy)}.
            """);
    }

    private void Budget(int budget)
    {
        var methods = results.MethodsAt(budget);
        if (methods.Count == 0)
            return;
        Line($"## At most {budget} mean visual tokens");
        IReadOnlyList<IReadOnlyList<Measured>> agnostic = results.AgnosticAt(budget) is { Count: > 0 } plans ? [plans] : [];
        string[] header =
        [
            "method", "kind", "sees the question", "accuracy", "seeds", "EOS less this", "difficult questions", "worst family", "reading",
            "mean tokens", "final", "MACs", "KV bytes", "same answer as unreduced", "ms an answer",
        ];
        Table(header,
            methods.Concat(agnostic).OrderByDescending(Accuracy).Select(method => new[]
            {
                method[0].Trial.Method, Kind(method), method[0].Plan.IsQuestionAgnostic ? "" : "yes", Percent(Accuracy(method)), method.Count == 1 ? "1" : string.Join(", ", method.Select(plan => (100 * plan.Accuracy).ToString("f1"))),
                results.Differences.FirstOrDefault(d => d.Budget == budget && d.B == method[0].Trial.Method && !IsEos(method)) is { } difference ? Interval(difference) : "",
                results.DifficultAccuracy(method) is { } difficult ? Percent(difficult) : "", Named(results.WorstFamilyOf(method)),
                Percent(method.Average(plan => plan.Reading)),
                Range(method, plan => plan.Ledger.Mean, "0.##"), Range(method, plan => plan.Ledger.Final, "0"), Range(method, plan => 100 * plan.Ledger.MacsRatio, "0.0", " %"),
                Range(method, plan => 100 * plan.Ledger.KvBytesRatio, "0.0", " %"), results.Agreement(method[0]) is null ? "" : Percent(method.Average(plan => results.Agreement(plan)!.Value)),
                method.Average(plan => plan.Milliseconds).ToString("f2"),
            }));
    }

    private void Families()
    {
        var methods = results.MethodsAt(Settings.CloseBudget);
        if (methods.Count == 0)
            return;
        string[] families = [.. methods[0][0].ByFamily.Keys];
        Line($"## By question family, {Settings.CloseBudget} mean tokens");
        Table(["method", .. families], methods.Concat(results.Unreduced is { } whole ? [[whole]] : []).OrderByDescending(Accuracy).Select(method =>
            (string[])[method[0].Trial.Method, .. families.Select(family => Percent(method.Average(plan => plan.ByFamily[family])))]));
    }

    private void Horizons()
    {
        var layers = results.Of(Horizon.Section).OrderBy(done => done.Plan.Sites[0].Layer).ToList();
        if (layers.Count == 0 || results.Unreduced is not { } whole)
            return;
        Line("## The horizon");
        Line($"""
            In front of one layer all visual tokens leave but one, in the middle of the image. The horizon is the first layer where that costs at
            most {100 * Horizon.Loss} points, and so does every layer behind it: {Found()}.
            """);
        Table(["tokens leave in front of layer", "mean tokens", "accuracy", "of unreduced"], layers.Select(done => new[]
        {
            $"{done.Plan.Sites[0].Layer}", done.Ledger.Mean.ToString("0.##", CultureInfo.InvariantCulture), Percent(done.Accuracy), Percent(done.Accuracy / whole.Accuracy),
        }));

        string Found()
        {
            var needed = layers.FindLastIndex(done => done.Accuracy < whole.Accuracy - Horizon.Loss);
            return needed + 1 < layers.Count ? $"layer {layers[needed + 1].Plan.Sites[0].Layer}" : "none of them";
        }
    }

    private void Latency()
    {
        if (results.Times.Count == 0)
            return;
        Line("## The time of answers");
        Line($"""
            From the images to the answers' text, the vision encoder included: {results.Times[0].Times.Batches[0].Reduced.Count} times, each under
            a plan of the operator search and without one. Milliseconds are those of all questions that are answered side by side. The ratio is
            the median of the pairs' ratios.
            """);
        Table(["mean tokens", "questions side by side", "median ms", "P99 ms", "unreduced, median ms", "unreduced, P99 ms", "unreduced over reduced", "machine"],
            results.Times.SelectMany(one => one.Times.Batches.Select(times =>
            {
                var ratio = PairedRatio.Of([.. times.Unreduced.Zip(times.Reduced, (whole, reduced) => whole / reduced)]);
                return new[]
                {
                    $"{one.Plan.Trial.Budget}", $"{times.Questions}", Part(times.Reduced, 0.5), Part(times.Reduced, 0.99), Part(times.Unreduced, 0.5), Part(times.Unreduced, 0.99),
                    FormattableString.Invariant($"{ratio.Median:f2} ({ratio.Low:f2} to {ratio.High:f2})"), one.Times.Machine,
                };
            })));
        Line("""
            The share of the machine's peak that the decoder's prefill of one question reaches, in the median: its multiply-accumulates over its
            seconds, beside those of a product of two matrices of 1024 × 1024 numbers in float32.
            """);
        Table(["mean tokens", "share of peak", "unreduced, share of peak"], results.Times.Select(one => new[]
        {
            $"{one.Plan.Trial.Budget}", Percent(one.Times.ReducedPeakShare), Percent(one.Times.UnreducedPeakShare),
        }));

        // The smallest time that so many of all do not exceed.
        static string Part(IReadOnlyList<double> times, double share) =>
            times.Order().ElementAt((int)Math.Ceiling(share * times.Count) - 1).ToString("f1", CultureInfo.InvariantCulture);
    }

    private void Front()
    {
        var front = results.Of(QualityTrials.Front).ToList();
        if (front.Count == 0)
            return;
        Line("## One search for all budgets");
        int[] seeds = [.. front.Select(done => done.Trial.Seed).Distinct()];
        var alone = results.Of(QualityTrials.Main).Where(done => done.Trial.Kind == MethodKind.Eos && seeds.Contains(done.Trial.Seed)).ToLookup(done => done.Trial.Budget);
        if (alone.Count == 0)
            return;
        var searches = front.Where(done => done.Cost.Questions > 0).ToList(); // those that found the plans of all budgets
        Line("A search that goes on from one budget to the next, tighter one, beside a search for each budget with the same seeds. It makes 1.5 times the steps of one of them, " +
            FormattableString.Invariant($"answers {Ratio(done => done.Cost.Questions):0.00} times the questions (trials and the last measurement of each plan included) and takes {Ratio(done => done.Cost.Seconds):0.00} times the seconds."));
        Table(["mean tokens", "one search for all", "its seeds", "a search of its own", "its seeds", "difference"], front.GroupBy(done => done.Trial.Budget).Where(same => alone.Contains(same.Key)).Select(same => new[]
        {
            $"{same.Key}", Percent(Mean(same)), Each(same), Percent(Mean(alone[same.Key])), Each(alone[same.Key]), Signed(Mean(same) - Mean(alone[same.Key])),
        }));

        double Ratio(Func<Measured, double> cost) => searches.Average(cost) / alone.SelectMany(same => same).Average(cost);
        static double Mean(IEnumerable<Measured> plans) => plans.Average(plan => plan.Accuracy);
        static string Each(IEnumerable<Measured> plans) => string.Join(", ", plans.OrderBy(plan => plan.Trial.Seed).Select(plan => (100 * plan.Accuracy).ToString("f1", CultureInfo.InvariantCulture)));
    }

    private void Family()
    {
        var both = results.Of(QualityTrials.Family).GroupBy(done => done.Trial.Budget).Where(budget => budget.Count() == 2).ToList();
        if (both.Count == 0)
            return;
        Line("## Budgets between");
        Line("Plans that nobody searched: they lie between two plans of the search for all budgets (`PlanFamily`). Beside each is a search for its budget, one seed.");
        Table(["mean tokens", "interpolated", "its ledger's mean", "a search of its own", "difference"], both.Select(budget =>
        {
            var (between, alone) = (budget.First(), budget.Last());
            return new[] { $"{budget.Key}", Percent(between.Accuracy), between.Ledger.Mean.ToString("0.##", CultureInfo.InvariantCulture), Percent(alone.Accuracy), Signed(between.Accuracy - alone.Accuracy) };
        }));
    }

    private void OneThingChanged()
    {
        var rows = AblationTable.Rows(results.Of(Ablations.Section)).ToList();
        if (rows.Count == 0)
            return;
        Line($"## One thing changed, {Settings.AblationBudget} mean tokens");
        Line($"""
            All of these searches take {Settings.AblationSteps:0.##} of the usual number of steps, the first, in which nothing else is changed, too.
            Each difference is from the first, with the same seeds. One that is smaller than that between the seeds in the tables above says little.
            """);
        Table(AblationTable.Header, rows);
    }

    private void TransferOverFamilies()
    {
        var moved = results.Of(Transfers.Families).ToList();
        var home = Home();
        if (moved.Count == 0 || home is null)
            return;
        Line($"## A plan on families that its search did not see, {Settings.CloseBudget} mean tokens");
        Line("The same number of steps, on half of the families; the first row is the search on all.");
        string[] families = [.. home.ByFamily.Keys];
        Table(["plan", .. families, "families seen", "families not seen"], moved.Prepend(home).Select(plan =>
        {
            var seen = plan == home ? families : Transfers.Halves.Single(half => plan.Trial.Method.EndsWith(string.Join(", ", half), StringComparison.Ordinal));
            string[] unseen = [.. families.Except(seen)];
            return (string[])[plan == home ? "searched on all" : plan.Trial.Method, .. families.Select(family => Percent(plan.ByFamily[family])), Over(plan, seen), Over(plan, unseen)];
        }));

        static string Over(Measured plan, IReadOnlyCollection<string> families) => families.Count == 0 ? "" : Percent(families.Average(family => plan.ByFamily[family]));
    }

    private void TransferOver(string section, string where, string remark)
    {
        var moved = results.Of(section).ToList();
        if (moved.Count == 0)
            return;
        Line($"## A plan {where}, {Settings.CloseBudget} mean tokens");
        Line(remark);
        Table(["plan", "accuracy"], new[] { results.Unreduced, Home() }.OfType<Measured>().Concat(moved).Select(done => new[] { done.Trial.Method, Percent(done.Accuracy) }));
    }

    private void TransferOverModels()
    {
        var moved = results.Of(Transfers.Models).ToList();
        if (moved.Count == 0)
            return;
        Line($"## A plan on another base model, {Settings.CloseBudget} mean tokens");
        Line($"The second model is the first one trained for {Settings.SecondModelSteps} more steps (`samples/ScenesVqa`, `train --resume`): a near relative, not a stranger.");
        Table(["plan", "accuracy"], moved.Concat(Home() is { } home ? [home] : []).Select(plan => new[] { plan.Trial.Section == Transfers.Models ? plan.Trial.Method : "first model's plan on the first", Percent(plan.Accuracy) }));
    }

    private void SeveralSizes(BackboneDocument other)
    {
        Line("## Images of two sizes");
        Line($"`scenes-qwen`, of the shape of Qwen2.5-VL, at one ninth of its tokens, on {other.TestQuestions} questions about {other.TestImages} images: [measured by itself](backbones.md).");
        var whole = other.Rows.First(row => row.Kind == "unreduced");
        string[] sizes = [.. whole.BySize.Keys];
        Table(["method", "accuracy", "of unreduced", .. sizes, "mean tokens"], other.Rows.OrderByDescending(row => row.Accuracy).Select(row => new[]
        {
            row.Seed > 0 ? $"{row.Method}, seed {row.Seed}" : row.Method, Percent(row.Accuracy), Percent(row.Accuracy / whole.Accuracy),
        }.Concat(sizes.Select(size => Percent(row.BySize[size]))).Append(Percent(row.Share)).ToArray()));
    }

    private void Cost()
    {
        Line("## What the searches cost");
        Line("Questions are counted each time one is answered, with or without a gradient. Seconds are processor time, on one thread. Memory is the process's largest working set meanwhile, the model, the data and libtorch included.");
        Table(["search", "mean tokens", "questions", "seconds", "peak MB", "remarks"], results.Done.Where(done => done.Cost.Questions > 0 && done.Trial.Section is QualityTrials.Main or QualityTrials.Agnostic)
            .GroupBy(done => (done.Trial.Section, done.Trial.Method, done.Trial.Budget)).Select(same => new[]
            {
                same.Key.Method, $"{same.Key.Budget}", $"{same.Average(done => done.Cost.Questions):f0}", $"{same.Average(done => done.Cost.Seconds):f0}", $"{same.Max(done => done.Cost.PeakBytes) / 1e6:f0}",
                same.First().Cost.Note,
            }));
    }

    private void Images(IReadOnlyList<string> images)
    {
        Line("What each plan does where, in words and pictures: [operators.md](operators.md).");
        Line("## Images");
        foreach (var image in images)
            Line($"![{Path.GetFileNameWithoutExtension(image)}]({image})");
    }

    private void Missing()
    {
        var missing = results.Trials.Except(results.Done.Select(done => done.Trial)).ToList();
        if (missing.Count == 0)
            return;
        Line("## Not measured yet");
        Line(string.Join('\n', missing.Select(trial => $"- `{trial.Key}`")));
    }

    private Measured? Home() => results.Done.FirstOrDefault(done => done.Trial.Key == QualityTrials.Eos(Settings, Settings.CloseBudget, seed: 1).Key);

    private void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));

    private void Line(string line) => text.Append(line).Append("\n\n");

    private void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) => text.Append(MarkdownTable.Of(header, rows)).Append('\n');

    private static bool IsEos(IReadOnlyList<Measured> method) => method[0].Trial is { Kind: MethodKind.Eos, Section: QualityTrials.Main };

    private static double Accuracy(IReadOnlyList<Measured> method) => method.Average(plan => plan.Accuracy);

    private static IReadOnlyList<Measured>? Best(IReadOnlyList<IReadOnlyList<Measured>> methods, MethodKind kind) =>
        methods.Where(method => method[0].Trial.Kind == kind).MaxBy(Accuracy);

    private static string Kind(IReadOnlyList<Measured> method) => method[0].Trial.Kind switch { MethodKind.Eos => "EOS", var kind => kind.ToString().ToLowerInvariant() };

    private static string Layers(Measured plan) => string.Join(" ", plan.Ledger.VisualTokensPerLayer);

    private static string Range(IReadOnlyList<Measured> method, Func<Measured, double> value, string format, string unit = "")
    {
        string[] ends = [.. new[] { method.Min(value), method.Max(value) }.Select(x => x.ToString(format, CultureInfo.InvariantCulture)).Distinct()];
        return string.Join(" to ", ends) + unit;
    }

    private static string Interval(Difference d) => FormattableString.Invariant($"{d.Points:+0.0;-0.0;0.0} ({d.Low:+0.0;-0.0;0.0} to {d.High:+0.0;-0.0;0.0})");
}
