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
    /// <exception cref="EosException">EOS1012: no rows. EOS1013: an option is out of its range, or <paramref name="images"/> belongs to
    /// others. EOS1014: the checkpoint has no tokenizer.</exception>
    public static EvaluationResult Evaluate(
        ReducedModel model, VqaDataset data, int batchSize = 64, int maxNewTokens = 8, ImageCache? images = null,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (data.Examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, "The dataset to evaluate has no rows; expected at least one.");
        images?.CheckIsFor(model.Model, data);
        // A plan with sites in the encoder has encoded images of its own.
        using var own = images is null || model.Plan.ActsInEncoder ? new ImageCache(model.Model, data, plan: model.Plan) : null;
        var clock = Stopwatch.StartNew();
        var processor = model.Model.Processor!;
        var tooLong = TooLong(model, processor, data.Examples.Select(row => row.Question));
        var answers = Answer(model, processor, [.. data.Examples.Select(row => (row.Image, row.Question))],
            tooLong, own ?? images!, batchSize, maxNewTokens, progress, cancellation);
        var result = Score(data, answers.Texts, tooLong, clock.Elapsed.TotalMilliseconds / answers.Texts.Length, model.Plan.Ledger);
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
        var processor = model.Model.Processor!.WithTemplate(benchmark.PromptTemplate);
        var tooLong = TooLong(model, processor, benchmark.Questions.Select(q => q.Prompt));
        var answers = Answer(model, processor, [.. benchmark.Questions.Select(q => (q.Image, q.Prompt))],
            tooLong, own ?? images!, batchSize, maxNewTokens ?? benchmark.MaxNewTokens, progress, cancellation);
        var result = Score(benchmark, answers.Texts, clock.Elapsed.TotalMilliseconds / answers.Texts.Length, model.Plan.Ledger, tooLong);
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

    // Which questions have a prompt that is longer than the model was made for, with an image of the usual size.
    private static bool[] TooLong(ReducedModel model, VisionLanguageProcessor processor, IEnumerable<string> questions) =>
        [.. questions.Select(question =>
            processor.EncodePrompt(question).Length - 1 + model.Model.VisualTokens > model.Model.MaxPositions)];

    // The answers in the order of the rows, and how sure the model is of each; empty and not a number where a row is too long to be asked.
    private static (string[] Texts, double[] Probabilities) Answer(
        ReducedModel model, VisionLanguageProcessor processor, (int Image, string Question)[] rows, bool[] tooLong, ImageCache images,
        int batchSize, int maxNewTokens,
        IProgress<int>? progress, CancellationToken cancellation)
    {
        int[] asked = [.. Enumerable.Range(0, rows.Length).Where(row => !tooLong[row])];
        var sure = new double[asked.Length];
        var ids = AnswerIds(model, processor, [.. asked.Select(row => rows[row])], images, batchSize, maxNewTokens, progress, cancellation,
            sure);
        var (answers, probabilities) = (new string[rows.Length], new double[rows.Length]);
        Array.Fill(answers, "");
        Array.Fill(probabilities, double.NaN);
        foreach (var (i, row) in asked.Index())
            (answers[row], probabilities[row]) = (processor.Decode(ids[i]), sure[i]);
        if (asked.Length < rows.Length)
            progress?.Report(rows.Length);
        return (answers, probabilities);
    }

    /// <summary>The answers to questions about images in their order, as token ids without the one that ends an answer.</summary>
    /// <param name="model">The model under a plan.</param>
    /// <param name="processor">Its tokenizer.</param>
    /// <param name="rows">The questions.</param>
    /// <param name="images">Their images.</param>
    /// <param name="batchSize">Questions answered at a time.</param>
    /// <param name="maxNewTokens">The most tokens of an answer.</param>
    /// <param name="progress">Receives the number of questions done after each batch.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <param name="probabilities">Receives the mean probability of each answer's tokens, in the order of the rows.</param>
    internal static int[][] AnswerIds(
        ReducedModel model, VisionLanguageProcessor processor, IReadOnlyList<(int Image, string Question)> rows, ImageCache images,
        int batchSize, int maxNewTokens,
        IProgress<int>? progress, CancellationToken cancellation, double[]? probabilities = null)
    {
        if (batchSize < 1)
            throw new EosException(EosErrors.InvalidOption, $"The batch size is {batchSize}; expected 1 or more.");
        var answers = new int[rows.Count][];
        var done = 0;
        // Rows about one image stand together, so that also an image that is not kept is encoded once a batch.
        foreach (var chunk in Enumerable.Range(0, rows.Count).OrderBy(row => rows[row].Image).Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var generation = Generate(model, processor, [.. chunk.Select(row => rows[row])], images, maxNewTokens, cancellation);
            for (var i = 0; i < chunk.Length; i++)
            {
                answers[chunk[i]] = generation.Ids[i];
                if (probabilities is not null)
                    probabilities[chunk[i]] = generation.MeanProbability[i];
            }
            progress?.Report(done += chunk.Length);
        }
        return answers;
    }

    // Questions about one image share what was made of it, unless the plan reduces it for each question.
    private static Generation Generate(
        ReducedModel model, VisionLanguageProcessor processor, (int Image, string Question)[] rows, ImageCache images, int maxNewTokens,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var prompts = rows.Select(row => processor.EncodePrompt(row.Question)).ToArray();
        if (!model.Plan.IsQuestionAgnostic)
        {
            using var batch = PromptBatch.Create(model.Model, prompts, images.Get([.. rows.Select(row => row.Image)]));
            return model.Generate(batch, maxNewTokens, cancellation);
        }
        var distinct = rows.Select(row => row.Image).Distinct().ToList();
        var question = Array.LastIndexOf(prompts[0], model.Model.ImageTokenId) + 1; // where it begins
        using var common = PromptBatch.Create(model.Model, [.. distinct.Select(_ => prompts[0][..question])], images.Get(distinct));
        return model.GenerateAfter(common, [.. rows.Select((row, i) => (distinct.IndexOf(row.Image), prompts[i][question..]))],
            maxNewTokens, cancellation);
    }

    private static EvaluationResult Score(VqaDataset data, string[] answers, bool[] tooLong, double milliseconds, TokenLedger ledger)
    {
        var scores = data.Examples.Zip(answers, tooLong)
            .Select(row => !row.Third && AnswerComparison.IsCorrect(row.Second, row.First.Answer) ? 1.0 : 0.0).ToArray();
        var families = data.Examples.Zip(scores).GroupBy(row => row.First.Family).OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Average(row => row.Second));
        return new EvaluationResult
        {
            Accuracy = scores.Average(),
            FamilyAverage = families.Values.Average(),
            ByFamily = families,
            Answers = answers,
            Scores = scores,
            TooLong = tooLong.Count(row => row),
            MillisecondsPerAnswer = milliseconds,
            Ledger = ledger,
        };
    }
}
