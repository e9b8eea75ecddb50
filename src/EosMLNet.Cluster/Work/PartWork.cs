using System.Globalization;
using System.Text;
using EosMLNet.Cluster.Silos;
using EosMLNet.Cluster.Storage;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;

namespace EosMLNet.Cluster.Work;

/// <summary>A part of a table, answered.</summary>
internal static class PartWork
{
    /// <summary>The file of an attempt, without a header.</summary>
    internal const string Answers = "answers.tsv";

    /// <summary>Its columns; the row is counted from 1.</summary>
    internal const string Header = "Row\tImagePath\tQuestion\tPredictedAnswer\tScore\n";

    internal static void Run(BatchJob batch, int index, int attempt, JobFolder job, SharedFolder shared, ModelHolder models,
        WorkProgress progress, CancellationToken cancellation)
    {
        var part = PartsFile.Read(job.Parts, index);
        var plan = batch.Plan is { } file ? ReductionPlan.Load(shared.Resolve(file)) : null;
        var padding = PaddingChoice.Of(null, plan is null ? [] : [(batch.Plan!, plan)]).Padding;
        var model = models.Get(shared.Resolve(batch.Model), batch.DataType, ModelUse.Answer, padding, cancellation);
        var data = VqaDataset.LoadTsvPart(
            shared.Resolve(batch.Table), part, shared.Resolve(batch.Images), answers: false, model.Processor?.Images.Sampling);
        progress.Total = data.Examples.Count;
        using var reduced = new ReducedModel(model, plan ?? ReductionPlan.Identity(model.ToPlanModel()));
        var result = Evaluator.Evaluate(reduced, data, batch.BatchSize, batch.MaxNewTokens, images: null, progress, cancellation);
        var text = new StringBuilder();
        foreach (var (i, row) in data.Examples.Index())
        {
            string[] cells =
            [
                (part.Row + i).ToString(CultureInfo.InvariantCulture), row.ImagePath!, row.Question, result.Answers[i],
                TsvCell.Of(result.Probabilities[i]),
            ];
            text.AppendJoin('\t', cells.Select(TsvCell.Of)).Append('\n');
        }
        AtomicFile.WriteText(Path.Combine(job.Attempt(index, attempt), Answers), text.ToString());
        ClusterMetrics.Answered(data.Examples.Count);
    }
}
