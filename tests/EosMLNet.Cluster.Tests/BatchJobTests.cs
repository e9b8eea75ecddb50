using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;

namespace EosMLNet.Cluster.Tests;

[Collection(nameof(WorkingCluster))]
public class BatchJobTests(WorkingCluster shared)
{
    [Fact]
    public async Task Where_silos_are_killed_all_rows_are_answered_once_and_in_order()
    {
        const int Rows = 120;
        using var tiny = new TinyModel(); // a folder of their own
        var folder = Path.GetDirectoryName(tiny.Model)!;
        var lines = File.ReadAllLines(tiny.Table);
        File.WriteAllLines(tiny["many.tsv"], Enumerable.Range(0, Rows).Select(row => lines[1 + row % 12]).Prepend(lines[0]));
        await using var cluster = await SmallCluster.StartAsync(folder, silos: 2);
        var id = await cluster.Jobs.SubmitAsync(SampleJobs.Batch("many.tsv", partRows: 5));
        for (var kill = 1; kill <= 2; kill++)
        {
            await cluster.WaitAsync(id, status => status.Done >= 4 * kill);
            await cluster.KillOneAsync();
        }
        var status = await cluster.EndAsync(id);
        Assert.True(status.State == JobState.Done, string.Join("\n", status.Faults));
        Assert.Equal((Rows / 5, Rows), (status.Done, status.Rows));
        Assert.Equal(["answers.tsv"], await cluster.ResultsAsync(id));

        var answers = File.ReadAllLines(Path.Combine(folder, status.Folder, "answers.tsv"));
        Assert.Equal("Row\tImagePath\tQuestion\tPredictedAnswer\tScore", answers[0]);
        using var model = VisionLanguageModel.Load(tiny.Model);
        using var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        var data = VqaDataset.LoadTsv(tiny["many.tsv"], tiny.Images);
        var expected = Evaluator.Evaluate(reduced, data, batchSize: 1, maxNewTokens: 4).Answers;
        Assert.Equal(data.Examples.Zip(expected).Select((row, i) => $"{i + 1}\t{row.First.ImagePath}\t{row.First.Question}\t{TsvCell.Of(row.Second)}"),
            answers.Skip(1).Select(line => line[..line.LastIndexOf('\t')]));
    }

    [Fact]
    public async Task A_table_without_rows_is_a_fault()
    {
        File.WriteAllText(shared.Tiny["empty.tsv"], "ImagePath\tQuestion\n\n");
        await Fails("empty.tsv", "EOS1012: ");
    }

    [Fact]
    public async Task A_malformed_row_ends_the_job_with_its_line()
    {
        File.WriteAllText(shared.Tiny["bad.tsv"], "ImagePath\tQuestion\n0.png\twhat?\n\n1.png\twhat?\n9.png\twhat?\n");
        await Fails("bad.tsv", "EOS1011: 'bad.tsv' line 5: ");
    }

    private async Task Fails(string table, string message)
    {
        var status = await shared.Cluster.EndAsync(await shared.Cluster.Jobs.SubmitAsync(SampleJobs.Batch(table, partRows: 2)));
        Assert.Equal(JobState.Failed, status.State);
        Assert.Contains(message, Assert.Single(status.Faults));
        Assert.Empty(await shared.Cluster.ResultsAsync(status.Id));
    }
}
