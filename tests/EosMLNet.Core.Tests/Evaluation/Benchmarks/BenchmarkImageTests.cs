using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

public sealed class BenchmarkImageTests : IDisposable
{
    private readonly BenchmarkFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_place_of_an_image_is_its_file_and_in_a_table_the_line_too()
    {
        folder.Images("images/n1.jpg");
        folder.Write("testdev_balanced_questions.json",
            """{"1": {"question": "?", "imageId": "n1", "answer": "a", "types": {"structural": "query"}}}""");
        var table = Table();
        Assert.Equal([Path.Combine(folder.Path, "images", "n1.jpg")], folder.Load("gqa").Images.Select(image => image.Place));
        Assert.Equal([$"{table}:2", $"{table}:3"], folder.Load("mmstar").Images.Select(image => image.Place));
    }

    [Fact]
    public void A_table_that_is_cut_short_or_gone_since_is_a_fault()
    {
        var table = Table();
        var image = folder.Load("mmstar").Images[1];
        folder.Write("MMStar.tsv", "cut short");
        CheckFault<EndOfStreamException>();
        File.Delete(table);
        CheckFault<FileNotFoundException>();

        void CheckFault<T>()
            where T : IOException
        {
            var error = Assert.Throws<EosException>(() => image.Load());
            var reason = Assert.IsType<T>(error.InnerException).Message;
            Assert.Equal(($"EOS1001: the image in '{table} line 3' cannot be read: {reason}", table, 3),
                (error.Message, error.File, error.Line));
        }
    }

    [Fact]
    public void What_is_not_Base64_or_no_image_is_a_fault_when_it_is_read()
    {
        var table = folder.Write("MMStar.tsv", $"index\timage\tquestion\tanswer\n0\t{new string('!', 80)}\t?\tA\n" +
            $"1\t{Convert.ToBase64String(new byte[90])}\t?\tA\n");
        var images = folder.Load("mmstar").Images;
        Assert.Equal($"EOS1010: the image in '{table} line 2' is not Base64 text; get the file anew.",
            Assert.Throws<EosException>(() => images[0].Load()).Message);
        Expect.Error(EosErrors.UnreadableImage, () => images[1].Load(), $"'{table} line 3'");
    }

    private string Table() => folder.Write("MMStar.tsv",
        $"index\timage\tquestion\tanswer\n0\t{BenchmarkFolder.Base64(1)}\t?\tA\n1\t{BenchmarkFolder.Base64(2)}\t?\tA\n");
}
