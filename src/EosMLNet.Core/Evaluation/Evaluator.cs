using System.Diagnostics;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Evaluation;

/// <summary>Answers datasets and scores the answers.</summary>
public static class Evaluator
{
    /// <summary>
    /// Answers every row and compares with the expected answers. A question that is too long for the model is not asked and counts as
    /// wrong;
    /// <see cref="EvaluationResult.TooLong"/> says how many there are.
    /// </summary>
    /// <param name="model">The model under a plan.</param>
    /// <param name="data">Images, questions and answers.</param>
    /// <param name="batchSize">Rows answered at a time.</param>
    /// <param name="maxNewTokens">The most tokens an answer is given.</param>
    /// <param name="images">Encoded images that several evaluations of one model on one dataset share; null: each image is encoded in this
    /// evaluation.</param>
    /// <param name="progress">Receives the number of rows done after each batch.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range, or <paramref name="images"/> belongs to others. EOS1014: the
    /// checkpoint has no tokenizer.</exception>
    public static EvaluationResult Evaluate(
        ReducedModel model, VqaDataset data, int batchSize = 64, int maxNewTokens = 8, ImageCache? images = null,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        images?.CheckIsFor(model.Model, data);
        // A plan with sites in the encoder has encoded images of its own.
        using var own = images is null || model.Plan.ActsInEncoder ? new ImageCache(model.Model, data, plan: model.Plan) : null;
        var clock = Stopwatch.StartNew();
        var processor = model.Model.Processor!;
        var answers = Answer(model, processor, [.. data.Examples.Select(row => (row.Images, row.Question))],
            image => data.Images[image].InPrompt(processor.Images), own ?? images!, batchSize, maxNewTokens, progress, cancellation);
        var milliseconds = clock.Elapsed.TotalMilliseconds / answers.Texts.Length;
        var result = Score(data, answers.Texts, answers.TooLong, milliseconds, model.Plan.Ledger);
        return result with { Probabilities = answers.Probabilities };
    }

    /// <summary>
    /// Asks every question of a benchmark and scores the answers by its metric. A question that is too long for the model is not asked and
    /// counts as wrong;
    /// <see cref="BenchmarkResult.TooLong"/> says how many there are.
    /// </summary>
    /// <param name="model">The model under a plan.</param>
    /// <param name="benchmark">The questions.</param>
    /// <param name="batchSize">Questions asked at a time.</param>
    /// <param name="maxNewTokens">The most tokens an answer is given; null: as many as the benchmark's metric can use.</param>
    /// <param name="images">Encoded images that several evaluations of one model on one benchmark share; null: each image is encoded in
    /// this evaluation.</param>
    /// <param name="progress">Receives the number of questions done after each batch.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="EosException">EOS1010: an image is not one. EOS1013: an option is out of its range, or <paramref name="images"/>
    /// belongs to others. EOS1014: the checkpoint has no tokenizer.</exception>
    public static BenchmarkResult Evaluate(
        ReducedModel model, Benchmark benchmark, int batchSize = 64, int? maxNewTokens = null, ImageCache? images = null,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        images?.CheckIsFor(model.Model, benchmark);
        using var own = images is null || model.Plan.ActsInEncoder ? benchmark.CreateCache(model.Model, plan: model.Plan) : null;
        var clock = Stopwatch.StartNew();
        var processor = benchmark.Processor(model.Model.Processor!);
        var answers = Answer(model, processor, [.. benchmark.Questions.Select(q => (q.Images, q.Prompt))],
            image => benchmark.InPrompt(image, processor.Images), own ?? images!,
            batchSize, maxNewTokens ?? benchmark.MaxNewTokens, progress, cancellation);
        var milliseconds = clock.Elapsed.TotalMilliseconds / answers.Texts.Length;
        var result = Score(benchmark, answers.Texts, milliseconds, model.Plan.Ledger, answers.TooLong);
        return result with { Probabilities = answers.Probabilities };
    }

    /// <summary>Scores answers that were given before.</summary>
    /// <param name="benchmark">The questions.</param>
    /// <param name="answers">The answer to each.</param>
    /// <param name="milliseconds">The time an answer took.</param>
    /// <param name="ledger">What the plan costs.</param>
    /// <param name="tooLong">Which questions were too long to be asked: they are wrong, whatever the metric makes of an empty answer. Null:
    /// none.</param>
    internal static BenchmarkResult Score(
        Benchmark benchmark, IReadOnlyList<string> answers, double milliseconds, TokenLedger ledger, IReadOnlyList<bool>? tooLong = null)
    {
        var scores = benchmark.Questions.Zip(answers, benchmark.Score).Select((score, row) => tooLong?[row] == true ? 0 : score).ToArray();
        return new BenchmarkResult
        {
            Value = benchmark.Value(scores, [.. Enumerable.Repeat(1, scores.Length)]),
            Details = benchmark.Details(scores).ToDictionary(detail => detail.Name, detail => detail.Value),
            Answers = answers,
            Scores = scores,
            TooLong = tooLong?.Count(row => row) ?? 0,
            MillisecondsPerAnswer = milliseconds,
            Ledger = ledger,
        };
    }

    // The answers in the order of the rows, how sure the model is of each, and which rows were too long to be asked. Theirs are empty.
    private static (string[] Texts, double[] Probabilities, bool[] TooLong) Answer(
        ReducedModel model, VisionLanguageProcessor processor, (IReadOnlyList<int> Images, string Question)[] rows,
        Func<int, PromptPart> part, ImageCache images, int batchSize, int maxNewTokens, IProgress<int>? progress,
        CancellationToken cancellation)
    {
        var probabilities = new double[rows.Length];
        var ids = AnswerIds(model, processor, rows, part, images, batchSize, maxNewTokens, progress, cancellation, probabilities);
        return ([.. ids.Select(answer => answer is null ? "" : processor.Decode(answer))], probabilities,
            [.. ids.Select(answer => answer is null)]);
    }

    /// <summary>
    /// The answers to questions about images in their order, as token ids without the one that ends an answer; null where a prompt is
    /// longer than the model was made for.
    /// </summary>
    /// <param name="model">The model under a plan.</param>
    /// <param name="processor">Its tokenizer.</param>
    /// <param name="rows">The questions.</param>
    /// <param name="part">What each image is in a prompt.</param>
    /// <param name="images">Their images.</param>
    /// <param name="batchSize">Questions answered at a time.</param>
    /// <param name="maxNewTokens">The most tokens of an answer.</param>
    /// <param name="progress">Receives the number of questions done after each batch.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <param name="probabilities">Receives the mean probability of each answer's tokens, in the order of the rows; not a number where a
    /// prompt is too long.</param>
    internal static int[]?[] AnswerIds(
        ReducedModel model, VisionLanguageProcessor processor, IReadOnlyList<(IReadOnlyList<int> Images, string Question)> rows,
        Func<int, PromptPart> part, ImageCache images, int batchSize, int maxNewTokens, IProgress<int>? progress,
        CancellationToken cancellation, double[]? probabilities = null)
    {
        if (batchSize < 1)
            throw new EosException(EosErrors.InvalidOption, $"The batch size is {batchSize}; expected 1 or more.");
        var answers = new int[rows.Count][];
        probabilities ??= new double[rows.Count];
        Array.Fill(probabilities, double.NaN);
        var done = 0;
        // Rows about the same images stand together, so that also an image that is not kept is encoded once a batch.
        foreach (var chunk in ImageGroups.InOrder([.. rows.Select(row => row.Images)]).Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            Generate(model, processor, rows, part, chunk, images, maxNewTokens, answers, probabilities, cancellation);
            progress?.Report(done += chunk.Length);
        }
        return answers;
    }

    // Questions about the same images share what was made of them, unless the plan reduces them for each question.
    private static void Generate(
        ReducedModel model, VisionLanguageProcessor processor, IReadOnlyList<(IReadOnlyList<int> Images, string Question)> rows,
        Func<int, PromptPart> part, int[] chunk, ImageCache images, int maxNewTokens, int[][] answers, double[] probabilities,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var lists = new List<IReadOnlyList<int>>();     // of the images of each prompt, the different ones
        var beginnings = new List<int[]>();             // and the prompt's tokens up to the last of them
        var places = new List<IReadOnlyList<int>>();    // where those stand among the images that are encoded
        var asked = new List<(int Row, int List, int[] Prompt)>();
        foreach (var row in chunk)
        {
            var prompt = processor.EncodePrompt([], rows[row].Question, [.. rows[row].Images.Select(part)]);
            // They are in order: equal ones follow each other.
            if (lists.Count == 0 || !lists[^1].SequenceEqual(rows[row].Images)
                || !beginnings[^1].AsSpan().SequenceEqual(prompt.AsSpan(0, Question(prompt))))
            {
                places.Add([.. Enumerable.Range(places.Sum(list => list.Count), rows[row].Images.Count)]);
                lists.Add(rows[row].Images);
                beginnings.Add(prompt[..Question(prompt)]);
            }
            asked.Add((row, lists.Count - 1, prompt));
        }
        var vision = images.Get(PromptImage.Of(lists));
        int[] tokens = [.. places.Select(list => list.Sum(image => (vision.Layouts[image] ?? model.Model.UsualLayout).Count - 1))];
        asked.RemoveAll(one => one.Prompt.Length + tokens[one.List] > model.Model.MaxPositions);
        if (asked.Count == 0)
            return;
        var generation = model.Plan.IsQuestionAgnostic ? After() : Together();
        foreach (var (i, one) in asked.Index())
            (answers[one.Row], probabilities[one.Row]) = (generation.Ids[i], generation.MeanProbability[i]);

        Generation Together()
        {
            using var batch = PromptBatch.Create(model.Model, [.. asked.Select(one => one.Prompt)], Of(asked.Select(one => one.List)));
            return model.Generate(batch, maxNewTokens, cancellation);
        }

        Generation After()
        {
            int[] distinct = [.. asked.Select(one => one.List).Distinct()];
            using var common = PromptBatch.Create(model.Model, [.. distinct.Select(list => beginnings[list])], Of(distinct));
            var questions = asked.Select(one => (Array.IndexOf(distinct, one.List), one.Prompt[Question(one.Prompt)..]));
            return model.GenerateAfter(common, [.. questions], maxNewTokens, cancellation);
        }

        int Question(int[] prompt) => Array.FindLastIndex(prompt, model.Model.VisualTokenIds.Contains) + 1; // where it begins

        VisionOutput Of(IEnumerable<int> wanted) => vision.Select([.. wanted.SelectMany(list => places[list])]);
    }

    private static EvaluationResult Score(VqaDataset data, string[] answers, bool[] tooLong, double milliseconds, TokenLedger ledger)
    {
        var scores = AnswerScores.Of(data, [.. answers.Zip(tooLong, (answer, unasked) => unasked ? null : answer)]);
        return new EvaluationResult
        {
            Accuracy = scores.Accuracy,
            FamilyAverage = scores.ByFamily.Values.Average(),
            ByFamily = scores.ByFamily,
            Answers = scores.Answers,
            Scores = scores.Scores,
            TooLong = scores.TooLong,
            MillisecondsPerAnswer = milliseconds,
            Ledger = ledger,
        };
    }
}
