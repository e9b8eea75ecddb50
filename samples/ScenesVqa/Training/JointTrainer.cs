using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScenesVqa.Training;

/// <summary>Trains the whole model on questions: cross-entropy on the answers' tokens, many questions to an image in one sequence.</summary>
internal sealed class JointTrainer(
    VisionLanguageModel model, Backbone backbone, VisionLanguageProcessor processor, TrainingLog log, TowerTrainer? tower)
{
    private const int EvaluationBatch = 32;
    private const double PeakRate = 1e-3, TowerWeight = 0.1;
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(4), EvaluationInterval = TimeSpan.FromSeconds(150);

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Where the state of training goes with each checkpoint; null where it is not kept.</summary>
    public string? State { get; init; }

    /// <summary>The state of training to go on from, where that file is there.</summary>
    public string? Before { get; init; }

    /// <summary>Trains until the budget is used up.</summary>
    /// <param name="training">Images with questions, without end.</param>
    /// <param name="heldOut">What the progress is measured on; not among the training images.</param>
    /// <param name="budget">How long.</param>
    /// <param name="save">Writes a checkpoint.</param>
    public void Run(IEnumerable<ImageQuestions> training, IReadOnlyList<ImageQuestions> heldOut, Budget budget, Action save)
    {
        using var adam = new MasterAdam([.. model.Weights.Values, .. tower?.Heads ?? []], PeakRate, beta2: 0.98, weightDecay: 0.02);
        if (File.Exists(Before))
            adam.Load(Before);
        TimeSpan saved = default, evaluated = default;
        foreach (var images in training.Batches(BatchSize))
        {
            if (!budget.Next())
                break;
            adam.LearningRate = CosineSchedule.At(PeakRate, budget.Progress);
            var loss = Step(adam, images);
            if (log.IsDue())
                log.Write($"step {budget.Step} ({budget.Progress:p1}, {budget.Elapsed.TotalSeconds:f0} s) loss {loss:f4}");
            if (budget.Elapsed - evaluated > EvaluationInterval)
            {
                log.Write($"step {budget.Step} held out: {Evaluate(heldOut)}");
                evaluated = budget.Elapsed;
            }
            if (budget.Elapsed - saved > SaveInterval)
            {
                SaveAll();
                saved = budget.Elapsed;
            }
        }
        SaveAll();
        log.Write($"joint training done after {budget.Step} steps, {budget.Elapsed.TotalSeconds:f0} s");

        void SaveAll()
        {
            save();
            if (State is not null)
                adam.Save(State);
        }
    }

    private float Step(MasterAdam adam, ImageQuestions[] images)
    {
        using var scope = NewDisposeScope();
        adam.ZeroGrad();
        var batch = new PackedBatch(images, processor, backbone, model);
        var looking = images[0].Seen is null ? tower : null;
        using var taps = looking?.NewTaps();
        var logits = batch.Logits(taps is null ? null : taps.Receive);
        var loss = functional.cross_entropy(logits, batch.TargetIds());
        // The tower goes on telling what lies under its patches: a decoder that knows nothing yet must not spoil it.
        var total = looking is null ? loss : loss.Add(looking.Loss(images, taps!).Mul(TowerWeight));
        total.backward();
        adam.ClipGradients(1);
        adam.Step();
        return loss.item<float>();
    }

    /// <summary>
    /// Accuracy by family. An answer counts as right when each of its tokens, the end included, is the likeliest one after the right tokens before it:
    /// exactly then greedy generation gives that answer.
    /// </summary>
    public Scores Evaluate(IReadOnlyList<ImageQuestions> images)
    {
        using var unrecorded = no_grad();
        var results = images.Batches(EvaluationBatch).SelectMany(Answers).ToList();
        return new Scores(results.GroupBy(r => r.Question.Family).ToDictionary(
            family => family.Key,
            family => (family.Count(), family.Count(r => r.Right), family.CountBy(r => r.Question.Answer).Max(a => a.Value) / (double)family.Count())));
    }

    private List<(Questions.SceneQuestion Question, bool Right)> Answers(ImageQuestions[] images)
    {
        using var scope = NewDisposeScope();
        var batch = new PackedBatch(images, processor, backbone, model);
        var likeliest = batch.Logits().argmax(1).data<long>().ToArray();
        var right = Enumerable.Repeat(true, batch.QuestionCount).ToArray();
        foreach (var (id, target) in likeliest.Zip(batch.Targets))
            right[target.Question] &= id == target.Id;
        return [.. images.SelectMany(p => p.Questions).Zip(right)];
    }
}
