using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>Questions packed into rows, and the images that they are about.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Images">The images.</param>
/// <param name="Families">The kinds of questions, by which rows number them.</param>
/// <param name="Fingerprint">Identifies the data.</param>
internal sealed record SearchData(IReadOnlyList<PackedRow> Rows, ImageCache Images, IReadOnlyList<string> Families, string Fingerprint)
    : IDisposable
{
    /// <summary>Where the images come from; null where they are made up.</summary>
    internal VqaDataset? Source { get; init; }

    /// <summary>Tokenises a dataset and packs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="processor">Its tokenizer.</param>
    /// <param name="data">Questions with answers.</param>
    /// <param name="families">The kinds of questions in all data of the search.</param>
    /// <param name="settings">How many questions share a row, what the answers are, how much is kept.</param>
    /// <param name="cancellation">Looked at while answers are made.</param>
    /// <param name="meter">Told of images and answers.</param>
    /// <param name="isTraining">Whether it is the training data, to the meter.</param>
    /// <exception cref="EosException">EOS1012: no rows; EOS1015: a prompt without the image's tokens, or one that is too long.</exception>
    internal static SearchData Of(
        VisionLanguageModel model, VisionLanguageProcessor processor, VqaDataset data, List<string> families, SearchSettings settings,
        CancellationToken cancellation, SearchMeter? meter = null, bool isTraining = true)
    {
        if (data.Examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset,
                "The dataset has no rows; a search needs some questions with answers. Check the file or the column names.");
        CheckLengths(model, processor, data, settings);
        // One by one, so that an image's features do not depend on the images beside it. Those differ in a resumed search.
        var images = ImageCache.OneByOne(model, data, settings.CacheBytes);
        meter?.Watch(images, isTraining);
        IReadOnlyList<int[]> answers = settings.Objective == SearchObjective.Answers
            ? [.. data.Examples.Select(example => processor.EncodeAnswer(example.Answer))]
            : UnreducedAnswers(model, processor, data, images, meter, cancellation);
        // A score that depends on the question makes the kept tokens the question's own: no sharing.
        var rows = PackedRow.Pack(
            data.Examples.Zip(answers, (example, answer) => Tokenise(model, processor, data, example, answer, families)),
            settings.SeesQuestion ? 1 : settings.QuestionsPerImage);
        return new SearchData(rows, images, families, data.Fingerprint) { Source = data };
    }

    // Before anything is computed: one row that is too long would end the search later, without its place.
    private static void CheckLengths(VisionLanguageModel model, VisionLanguageProcessor processor, VqaDataset data, SearchSettings settings)
    {
        foreach (var example in data.Examples)
        {
            if (LayoutsOf(model, processor, data, example).Any(layout => model.Shape.Stretches(layout).Count > 1))
                throw Fault(example, $"The row of “{Shortened(example.Question)}” is about a video, between whose steps {model.Family} " +
                    "has text. Searches take no such videos; search on images, and answer about videos under the plan.");
            var answer = settings.Objective == SearchObjective.Answers ? processor.EncodeAnswer(example.Answer).Length : 0;
            var visual = LayoutsOf(model, processor, data, example).Sum(layout => layout.Count);
            var length = Prompt(processor, data, example).Length - example.Images.Count + visual + answer;
            if (length > model.MaxPositions)
            {
                throw Fault(example,
                    $"The row of “{Shortened(example.Question)}” has {length} tokens, the images' and the answer's included, " +
                    $"but the model was made for {model.MaxPositions}; shorten or remove it.");
            }
        }
    }

    private static int[] Prompt(VisionLanguageProcessor processor, VqaDataset data, VqaExample example)
    {
        try
        {
            return processor.EncodePrompt(example.Question, [.. example.Images.Select(image => data.Images[image])]);
        }
        catch (EosException e) when (example.File is not null && e.File is null)
        {
            throw EosException.At(e.Code, example.File, example.Line, e.Detail, e);
        }
    }

    private static EosException Fault(VqaExample example, string what) =>
        example.File is { } file ? EosException.At(EosErrors.ModelInput, file, example.Line, what) : new(EosErrors.ModelInput, what);

    private static string Shortened(string question) => question.Length <= 60 ? question : question[..60] + "…";

    private static IReadOnlyList<int[]> UnreducedAnswers(
        VisionLanguageModel model, VisionLanguageProcessor processor, VqaDataset data, ImageCache images, SearchMeter? meter,
        CancellationToken cancellation)
    {
        const int AnsweredTogether = 64, MostTokens = 32;
        using var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        var answers = Evaluator.AnswerIds(
            unreduced, processor, [.. data.Examples.Select(row => (row.Images, row.Question))],
            image => data.Images[image].InPrompt(processor.Images), images, AnsweredTogether, MostTokens,
            meter?.Answers(data.Examples.Count), cancellation);
        // All are there: their lengths were checked. One that was cut off has no end.
        return [.. answers.Select(ids => ids!.Length < MostTokens ? [.. ids, model.EosTokenIds[0]] : ids)];
    }

    private static VisualLayout[] LayoutsOf(
        VisionLanguageModel model, VisionLanguageProcessor processor, VqaDataset data, VqaExample example) =>
        [.. example.Images.Select(image => model.LayoutOf(processor.Images.ShapeOf(data.Images[image], example.Images.Count)))];

    private static (IReadOnlyList<PackedImage>, PackedRow.Segment) Tokenise(
        VisionLanguageModel model, VisionLanguageProcessor processor, VqaDataset data, VqaExample example, int[] answer,
        List<string> families)
    {
        var prompt = Prompt(processor, data, example);
        int[] places = [.. Enumerable.Range(0, prompt.Length).Where(i => model.VisualTokenIds.Contains(prompt[i]))];
        if (places.Length != example.Images.Count)
        {
            throw Fault(example,
                $"The prompt of “{Shortened(example.Question)}” has {places.Length} image tokens; expected {example.Images.Count}. " +
                "Check the prompt template.");
        }
        var layouts = LayoutsOf(model, processor, data, example);
        var images = places.Select((place, i) =>
            new PackedImage(example.Images[i], prompt[(i == 0 ? 0 : places[i - 1] + 1)..place], layouts[i]));
        return ([.. images], new PackedRow.Segment(prompt[(places[^1] + 1)..], answer, families.IndexOf(example.Family)));
    }

    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();
}
