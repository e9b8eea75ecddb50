using EosMLNet.Tool.Build;

namespace EosMLNet.Tool.Tests.Build;

public class InputFilesTests
{
    [Fact]
    public void A_file_that_was_changed_since_it_was_hashed_is_told_and_one_that_was_only_touched_is_not()
    {
        using var folder = new TemporaryFolder();
        var inputs = new InputFiles(null);
        inputs.Add("training", "", folder.Write("train.tsv", "ImagePath\n"));
        File.SetLastWriteTimeUtc(folder["train.tsv"], DateTime.UtcNow.AddYears(1));
        inputs.CheckUnchanged();
        folder.Write("train.tsv", "ImagePat2\n");
        var e = Assert.Throws<EosException>(inputs.CheckUnchanged);
        Assert.Equal(EosErrors.FileMissing, e.Code);
        Assert.Contains(folder["train.tsv"], e.Message);
    }
}
