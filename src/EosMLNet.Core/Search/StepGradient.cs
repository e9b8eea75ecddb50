using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The gradient of one step. Where the settings ask for it, the step's rows are run a few at a time, their gradients added up, or the
/// layers run again in the backward pass: less memory for the same gradient.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="forward">Its forward pass.</param>
/// <param name="settings">What the loss is, and how much is in memory at once.</param>
/// <param name="unreduced">The unreduced model's states, where the loss looks at them.</param>
internal sealed class StepGradient(VisionLanguageModel model, SearchForward forward, SearchSettings settings, UnreducedPass? unreduced)
{
    /// <summary>The layers whose output a loss looks at. The last one is always there: answers are read from it.</summary>
    internal static IReadOnlyList<int> Layers(VisionLanguageModel model, SearchSettings settings) =>
        [.. (settings.AlignmentLayers ?? []).Append(model.LayerCount - 1).Distinct().Order()];

    /// <summary>Adds the gradient of the step's loss to the variables that <paramref name="sites"/> are made of.</summary>
    /// <param name="rows">The step's rows.</param>
    /// <param name="images">Their images.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="temperature">T of the soft selections.</param>
    /// <param name="constraints">The constraints, with their multipliers.</param>
    /// <param name="guard">The limit on what a family may lose.</param>
    internal StepLoss Backward(
        IReadOnlyList<PackedRow> rows, ImageCache images, IReadOnlyList<SoftSite> sites, double temperature,
        IReadOnlyList<(CountConstraint Constraint, double Multiplier)> constraints, FamilyGuard? guard)
    {
        using var scope = NewDisposeScope();
        Part[] parts = [.. PackedRow.Alike(rows).SelectMany(alike => alike.Chunk(settings.MicroBatch ?? rows.Count))
            .Select(part => Load(part, images))];
        return parts.Length == 1 && settings.RecomputedLayers is null ? InOnePiece(parts[0], sites, temperature, constraints, guard)
            : InPieces(parts, sites, temperature, constraints, guard);
    }

    // Wanted: the unreduced model's states, (layers, B, S, d).
    private sealed record Part(PackedBatch Batch, VisionOutput Vision, Tensor? Wanted);

    private Part Load(IReadOnlyList<PackedRow> rows, ImageCache images)
    {
        var batch = new PackedBatch(rows, model);
        var vision = images.Get(PackedRow.ImagesOf(rows));
        return new(batch, vision, unreduced?.States(batch, vision));
    }

    private StepLoss InOnePiece(Part part, IReadOnlyList<SoftSite> sites, double temperature,
        IReadOnlyList<(CountConstraint, double)> constraints, FamilyGuard? guard)
    {
        var left = forward.RunTo(Layers(model, settings), part.Batch, part.Vision, sites, temperature, Candidates, settings.SoftForward);
        var (predicted, task) = Task(part, left[^1]);
        var loss = WithConstraints(task, sites, constraints);
        if (guard is not null)
            loss = loss.Add(guard.Terms(part.Batch.Families, TaskLoss.AnswerProbabilities(part.Batch, predicted)));
        var distance = settings.AlignmentWeight > 0 ? Distance(part, left) : null;
        if (distance is not null)
            loss = loss.Add(distance.Mul(settings.AlignmentWeight));
        loss.backward();
        var numbers = Read([task, loss, .. distance is null ? [] : new[] { distance }]);
        return new(numbers[0], numbers.ElementAtOrDefault(2), numbers[1]);
    }

    private StepLoss InPieces(IReadOnlyList<Part> parts, IReadOnlyList<SoftSite> sites, double temperature,
        IReadOnlyList<(CountConstraint, double)> constraints, FamilyGuard? guard)
    {
        var cut = new GraphCut();
        IReadOnlyList<SoftSite> leaves = [.. sites.Select(site => site.Map(cut.Leaf))];
        var pulls = guard is not null && parts.Count > 1 ? Pulls(guard, parts, leaves, temperature) : default;
        var limited = WithConstraints(Scalars.Full(0, [], sites[0].Count.dtype, sites[0].Count.device), leaves, constraints);
        limited.backward();
        var size = settings.AlignmentWeight > 0 ? stack([.. parts.Select(part => UnreducedPass.Size(part.Batch, Aligned(part)))]).sum([0L])
            : null;
        double tokens = parts.Sum(part => part.Batch.AnswerQuestions.Count);
        List<Tensor> told = [limited]; // then of each part its task, its distance where there is one, and all of its loss
        var question = 0;
        foreach (var part in parts)
        {
            using var scope = NewDisposeScope();
            var (batch, vision) = (part.Batch, part.Vision);
            var recomputed = settings.RecomputedLayers is { } segment
                ? new RecomputedPass(forward, new SoftRun(batch, vision, leaves, temperature, Candidates, settings.SoftForward),
                    model.LayerCount, segment, Layers(model, settings)) : null;
            var left = recomputed?.Left
                ?? forward.RunTo(Layers(model, settings), batch, vision, leaves, temperature, Candidates, settings.SoftForward);
            var (predicted, task) = Task(part, left[^1]);
            // The mean over the step's tokens is the sum of those over the parts', each by its share of them.
            var loss = task.Mul(batch.AnswerQuestions.Count / tokens);
            told.Add(Told(loss));
            if (size is not null)
            {
                var distance = Distance(part, left, size);
                told.Add(Told(distance));
                loss = loss.Add(distance.Mul(settings.AlignmentWeight));
            }
            if (guard is not null && parts.Count == 1)
                loss = loss.Add(guard.Terms(batch.Families, TaskLoss.AnswerProbabilities(batch, predicted)));
            told.Add(Told(loss));
            if (pulls.Gradient is { } gradient)
                loss = loss.Add(TaskLoss.AnswerProbabilities(batch, predicted).mul(gradient.narrow(0, question, batch.Questions)).sum());
            question += batch.Questions;
            loss.backward();
            recomputed?.Backward();
        }
        cut.Backward();
        var numbers = Read(told);
        double tasks = 0, distances = 0, total = numbers[0] + pulls.Terms;
        foreach (var part in numbers.Skip(1).Chunk(size is null ? 2 : 3))
        {
            tasks += part[0];
            distances += size is null ? 0 : part[1];
            total += part[^1];
        }
        return new(tasks, distances, total);

        // Read when the step is done, so that nothing waits for the device before.
        static Tensor Told(Tensor x) => x.detach().clone().MoveToOuterDisposeScope();
    }

    private static double[] Read(IReadOnlyList<Tensor> numbers) =>
        stack([.. numbers.Select(x => x.detach().to_type(ScalarType.Float64))]).Numbers();

    // The guard's terms of the loss, and their gradient with respect to each answer's probability, (Q). Both need all answers of the step.
    // So they are computed before the gradient of any part.
    private (double Terms, Tensor? Gradient) Pulls(
        FamilyGuard guard, IReadOnlyList<Part> parts, IReadOnlyList<SoftSite> sites, double temperature)
    {
        var probabilities = cat([.. parts.Select(Probabilities)]).requires_grad_();
        var terms = guard.Terms([.. parts.SelectMany(part => part.Batch.Families)], probabilities);
        terms.backward();
        return (terms.Number(), probabilities.grad);

        Tensor Probabilities(Part part)
        {
            using var guarded = no_grad();
            using var scope = NewDisposeScope();
            var hidden = forward.Run(part.Batch, part.Vision, sites, temperature, Candidates, settings.SoftForward);
            return TaskLoss.AnswerProbabilities(part.Batch, TaskLoss.LogProbabilities(model, part.Batch, hidden)).MoveToOuterDisposeScope();
        }
    }

    private (Tensor Predicted, Tensor Task) Task(Part part, Tensor last)
    {
        var predicted = TaskLoss.LogProbabilities(model, part.Batch, last);               // (A, V)
        return (predicted,
            settings.Objective == SearchObjective.Answers ? TaskLoss.CrossEntropy(part.Batch, predicted)
                : unreduced!.Divergence(part.Batch, predicted, part.Wanted![-1]));
    }

    private static Tensor WithConstraints(Tensor loss, IReadOnlyList<SoftSite> sites, IReadOnlyList<(CountConstraint, double)> constraints)
    {
        Tensor[] kept = [.. sites.Select(site => site.Count)];
        foreach (var (constraint, multiplier) in constraints)
            loss = loss.Add(constraint.Excess(kept).Mul(multiplier));
        return loss;
    }

    private Tensor Distance(Part part, IReadOnlyList<Tensor> left, Tensor? size = null) =>
        UnreducedPass.Distance(part.Batch, [.. left.SkipLast(LastIsAligned ? 0 : 1)], Aligned(part), size);

    private Tensor Aligned(Part part) => LastIsAligned ? part.Wanted! : part.Wanted!.narrow(0, 0, part.Wanted.size(0) - 1);

    // The last layer is there for the answers; it is aligned when no others were named, or when it was.
    private bool LastIsAligned => settings.AlignmentLayers?.Contains(model.LayerCount - 1) ?? true;

    private int Candidates(int kept) =>
        settings.CandidateFactor == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, Math.Max(settings.CandidateFactor * kept, kept + 16));
}
