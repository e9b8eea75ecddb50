using System.CommandLine;
using System.Diagnostics;
using EosMLNet.Execution;
using EosMLNet.Tool.CommandLine;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Ask;

/// <summary><c>eos ask</c>: one question about any number of images, answered in the terminal while the answer comes.</summary>
internal sealed class AskCommand : ModelCommand
{
    private readonly Argument<string> question = new("question") { Description = "The question.", HelpName = "QUESTION" };
    private readonly Option<string?> plan = CommonOptions.Plan();
    private readonly Option<string[]> images = new("--image")
    {
        HelpName = "FILE",
        Description = "An image that the question is about; may be given several times. The model sees them in this order.",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<string[]> videos = new("--video")
    {
        HelpName = "PATH",
        Description = "A video that the question is about, behind the images; may be given several times. A folder of pictures, whose " +
            "names put them in order, an animated GIF or WebP file, or another file, for which the program ffmpeg must be on the PATH.",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<int> maxNewTokens = CommonOptions.Default("--max-new-tokens", "N", 256, "The longest answer, in tokens.");
    private readonly Option<ImagePadding?> imagePadding = CommonOptions.ImagePadding("as the plan was searched; square without a plan.");

    public AskCommand(EosConsole console)
        : base("ask", "Answers one question about images, and tells what the answer took and what the plan saved.", console)
    {
        Add(question);
        AddOptions([plan, images, videos, maxNewTokens, imagePadding, .. Prompts.All]);
    }

    protected override string WhenCancelled(ParseResult values) => "The answer is not complete.";

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var longest = values.AtLeast(maxNewTokens, 1);
        var asked = values.GetRequiredValue(question);
        if (string.IsNullOrWhiteSpace(asked))
            throw new EosException(EosErrors.InvalidOption, "The question is empty. Write it in quotation marks behind the options.");
        Visual[] seen = [.. (values.GetValue(images) ?? []).Select(RgbImage.Decode), .. Videos(values, cancellation)];
        var planned = values.GetValue(plan) is { } given ? PlanChoice.Of(given) : null;
        var padding = PaddingChoice.Of(values.GetValue(imagePadding), planned?.Loaded is { } loaded ? [(planned.Name, loaded)] : []);
        using var model = LoadModel(values, padding: padding.Padding);
        foreach (var remark in padding.Remarks)
            Console.Line($"{remark}");
        using var reduced = Reduce(model, planned);
        using var scope = NewDisposeScope();
        var watch = Stopwatch.StartNew();
        using var batch = PromptBatch.Create(model, [(seen, asked)], reduced.Plan);
        var answer = new StreamedAnswer(model.Processor!, Console);
        double? first = null;
        var generation = reduced.Stream(batch, longest, (_, id) =>
        {
            first ??= watch.Elapsed.TotalSeconds;
            answer.Add(id);
        }, cancellation);
        var seconds = watch.Elapsed.TotalSeconds;
        answer.End();
        var result = new AskResult(answer.Text, generation.MeanProbability[0], generation.Ids[0].Length, first ?? seconds, seconds,
            [.. batch.VisualTokens], Ledger(reduced.Plan, batch), padding.Padding);
        Console.Line($"{result.Summary(longest)}");
        return result;
    }

    private IEnumerable<VideoFrames> Videos(ParseResult values, CancellationToken cancellation)
    {
        var paths = values.GetValue(videos) ?? [];
        if (paths.Length == 0)
            return [];
        var sampling = Sampling(values) ?? throw new EosException(EosErrors.InvalidOption,
            "--video was given, but videos are not prepared for this model. Ask about frames with --image.");
        return paths.Select(path => Console.While($"Reading {Path.GetFileName(path)}",
            () => VideoFile.Read(path, sampling, cancellation: cancellation)));
    }

    // Of the images that were asked about, whatever the plan's own ledger supposes.
    private static TokenLedger? Ledger(ReductionPlan plan, PromptBatch batch) => batch.VisualTokens.Count == 0 ? null
        : TokenLedger.Compute(plan.Model, plan.Sites, Math.Max(1, batch.TextTokens), ImageSizes.Of(batch.VisualTokens));
}
