using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tests.Images;

namespace EosMLNet.Tests.Search;

public sealed class SearchDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LlavaModel model;

    public SearchDataTests()
    {
        foreach (var file in Directory.GetFiles(GoldenFiles.TinyLlava))
            File.Copy(file, folder[Path.GetFileName(file)]);
        BpeTrainer.Train(["what is it?"], 290).Save(folder.Path);
        File.WriteAllBytes(folder["a.png"], PngBytes.Make(1, 1, PngBytes.Gray, [1]));
        model = LlavaModel.Load(folder.Path);
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string, string, SearchObjective> LongRows() => new()
    {
        { $"{new string('?', 600)}\tyes", "tokens", SearchObjective.Answers },
        { $"{new string('?', 600)}\tyes", "tokens", SearchObjective.UnreducedModel },
        { $"what is it?\t{new string('!', 600)}", "tokens", SearchObjective.Answers },
    };

    [Theory]
    [MemberData(nameof(LongRows))]
    public void A_row_that_is_too_long_is_refused_with_its_place(string row, string inMessage, SearchObjective objective)
    {
        var table = folder.Write("rows.tsv", $"ImagePath\tQuestion\tAnswer\na.png\twhat?\tyes\n\na.png\t{row}\n");
        var data = VqaDataset.LoadTsv(table, folder.Path);
        var error = Assert.Throws<EosException>(() => SearchData.Of(model, model.Processor!, data, [""], new SearchSettings { Constraints = new(), Objective = objective }, default).Dispose());
        Assert.Equal((EosErrors.ModelInput, table, 4), (error.Code, error.File, error.Line));
        Assert.Contains(inMessage, error.Detail);
        Assert.Contains("made for 512", error.Detail);
    }

    [Fact]
    public void An_answer_that_is_not_trained_on_may_be_long()
    {
        var table = folder.Write("rows.tsv", $"ImagePath\tQuestion\tAnswer\na.png\twhat?\t{new string('!', 600)}\n");
        SearchData.Of(model, model.Processor!, VqaDataset.LoadTsv(table, folder.Path), [""], new SearchSettings { Constraints = new(), Objective = SearchObjective.UnreducedModel }, default).Dispose();
    }
}
