using EosMLNet.Tests.Images;

namespace EosMLNet.Tests.Datasets;

public sealed class VqaDatasetTests : IDisposable
{
    private const string Header = "ImagePath\tQuestion\tAnswer\tFamily\n";
    private readonly TemporaryFolder _folder = new();

    public VqaDatasetTests()
    {
        Directory.CreateDirectory(_folder["images/sub"]);
        foreach (var (name, color) in new[] { ("red", 1), ("green", 2), ("sub/blue", 3), ("red-again", 1) })
            File.WriteAllBytes(_folder[$"images/{name}.png"], PngBytes.Make(1, 1, PngBytes.Rgb, [(byte)color, 0, 0]));
        File.WriteAllBytes(_folder["images/zero.png"], []);
        File.WriteAllBytes(_folder["outside.png"], PngBytes.Make(1, 1, PngBytes.Gray, [1]));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_keep_their_order_and_images_are_kept_once()
    {
        var data = Load(Header + "red.png\tWhat?\tred\tcolour\ngreen.png\tHow many?\t2\tcount\nred.png\tWhere?\tleft\tposition\nred-again.png\tAgain?\tyes\t\nsub/blue.png\tBlue?\tyes\texistence\n");
        Assert.Equal(
            [new(0, "What?", "red", "colour"), new(1, "How many?", "2", "count"), new(0, "Where?", "left", "position"), new(0, "Again?", "yes", ""), new(2, "Blue?", "yes", "existence")],
            data.Examples);
        Assert.Equal([1, 2, 3], data.Images.Select(p => (int)Pixel(p)));
    }

    [Theory]
    [InlineData("ImagePath\tQuestion\tAnswer\nred.png\tWhat?\tred\n")]
    [InlineData("ImagePath\tQuestion\tAnswer\r\nred.png\tWhat?\tred\r\n")]
    [InlineData("\uFEFFImagePath\tQuestion\tAnswer\nred.png\tWhat?\tred")]
    [InlineData("Answer\tId\tQuestion\tImagePath\nred\t17\tWhat?\tred.png\n")]
    [InlineData("ImagePath\tQuestion\tAnswer\n\n red.png \t What? \t red \n\n")]
    public void Line_ends_column_order_and_further_columns_do_not_matter(string text) => Assert.Equal([new(0, "What?", "red", "")], Load(text).Examples);

    [Fact]
    public void Quotation_marks_have_no_meaning()
    {
        var data = Load("ImagePath\tQuestion\tAnswer\nred.png\t\"What, exactly?\t\"a\"\"b\n");
        Assert.Equal([new(0, "\"What, exactly?", "\"a\"\"b", "")], data.Examples);
    }

    [Theory]
    [InlineData("Image\tQuestion\tAnswer\nred.png\tWhat?\tred\n", EosErrors.DatasetRow, "line 1", "ImagePath")]
    [InlineData("ImagePath\tQuestion\tAnswer\tAnswer\nred.png\tWhat?\tred\tred\n", EosErrors.DatasetRow, "line 1", "twice")]
    [InlineData(Header + "red.png\tWhat?\tred\n", EosErrors.DatasetRow, "line 2", "3 fields")]
    [InlineData(Header + "red.png\tWhat?\tred\tx\ty\n", EosErrors.DatasetRow, "line 2", "5 fields")]
    [InlineData(Header + "red.png\tWhat?\tred\tx\n\nred.png\t \tred\tx\n", EosErrors.DatasetRow, "line 4", "empty question")]
    [InlineData(Header + "red.png\tWhat?\t\tx\n", EosErrors.DatasetRow, "line 2", "empty answer")]
    [InlineData(Header + "\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "image path")]
    [InlineData(Header + "gone.png\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "gone.png")]
    [InlineData(Header + "sub\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "'sub'")]
    [InlineData(Header + "../outside.png\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "leads out")]
    [InlineData(Header + "sub/../../outside.png\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "leads out")]
    [InlineData(Header + "/etc/passwd\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "leads out")]
    [InlineData(Header + "..\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "leads out")]
    [InlineData(Header + "a\0b\tWhat?\tred\tx\n", EosErrors.DatasetRow, "line 2", "image path")]
    [InlineData(Header + "zero.png\tWhat?\tred\tx\n", EosErrors.UnreadableImage, "line 2", "empty")]
    [InlineData(Header, EosErrors.EmptyDataset, "no rows", "")]
    [InlineData("", EosErrors.EmptyDataset, "data.tsv", "")]
    public void A_bad_file_is_refused_with_the_line(string text, string code, string first, string second) => Expect.Error(code, () => Load(text), first, second);

    [Theory]
    [InlineData("imagepath\tQuestion\tANSWER\nred.png\tWhat?\tred\n", "'imagepath' must be written ImagePath", "'ANSWER' must be written Answer")]
    [InlineData("ImagePath,Question,Answer\nred.png,What?,red\n", "separated by commas", "(TSV)")]
    [InlineData("\"ImagePath\";\"Question\";\"Answer\"\nred.png;What?;red\n", "separated by semicolons", "(TSV)")]
    [InlineData("\"ImagePath\"\tQuestion\tAnswer\nred.png\tWhat?\tred\n", "'\"ImagePath\"' must be written ImagePath", "exactly")]
    [InlineData(Header + "red.png\t\"a\tb\"\tred\tx\n", "5 fields", "quotation marks have no meaning here")]
    [InlineData(Header + "red.png\t<image><image>What?\tred\tx\n", "line 2", "2 <image> for 1 images")]
    [InlineData(Header + "[]\tWhat?\tred\tx\n", "line 2", "an empty list")]
    [InlineData(Header + "['red.png', '']\tWhat?\tred\tx\n", "a list of 2", "one of them is empty")]
    [InlineData(Header + "[\"\", \"red.png\"]\tWhat?\tred\tx\n", "a list of 2", "one of them is empty")]
    [InlineData(Header + "[red.png,,green.png]\tWhat?\tred\tx\n", "a list of 3", "one of them is empty")]
    [InlineData(Header + "['red.png', 'gone.png']\tWhat?\tred\tx\n", "line 2", "'gone.png' does not exist")]
    [InlineData(Header + "['red.png', '../outside.png']\tWhat?\tred\tx\n", "line 2", "leads out")]
    [InlineData(Header + "['red.png', 'green.png']\t<image> or what?\tred\tx\n", "line 2", "1 <image> for 2 images")]
    [InlineData(Header + "data:image/png,abc\tWhat?\tred\tx\n", "data: URI", "Base64")]
    [InlineData(Header + "https://example.org/a.png\tWhat?\tred\tx\n", "is the address", "not fetched")]
    public void The_likely_reason_is_said_too(string text, params string[] parts) => Expect.Error(EosErrors.DatasetRow, () => Load(text), parts);

    [Fact]
    public void A_data_URI_that_is_no_Base64_or_no_image_is_refused_with_the_line()
    {
        Expect.Error(EosErrors.UnreadableImage, () => Load(Header + "data:image/png;base64,!!!!\tWhat?\tred\tx\n"), "line 2", "not Base64");
        Expect.Error(EosErrors.UnreadableImage, () => Load(Header + "data:image/png;base64,AAAA\tWhat?\tred\tx\n"), "line 2");
    }

    [Fact]
    public void A_list_of_one_and_a_data_URI_are_images()
    {
        var uri = "data:image/png;base64," + Convert.ToBase64String(File.ReadAllBytes(_folder["images/green.png"]));
        var data = Load($"{Header}['red.png']\tWhat?\tred\t\n{uri}\tWhat?\tred\t\n[\"{uri}\"]\tWhat?\tred\t\n");
        Assert.Equal([1, 2], data.Images.Select(image => (int)Pixel(image)));
        Assert.Equal([0, 1, 1], data.Examples.Select(example => Assert.Single(example.Images)));
    }

    [Theory]
    [InlineData("['red.png', 'sub/blue.png']")]
    [InlineData("[\"red.png\",\"sub/blue.png\"]")]
    [InlineData("[\"\"red.png\"\", \"\"sub/blue.png\"\"]")]
    [InlineData("[red.png, sub/blue.png ]")]
    [InlineData("['red.png' 'sub/blue.png']")]
    public void A_list_of_several_images_is_a_row_about_all_of_them_in_their_order(string cell)
    {
        var data = Load($"{Header}green.png\tWhat?\tred\t\n{cell}\tWhich?\tred\t\nred-again.png\tWhat?\tred\t\n");
        Assert.Equal([2, 1, 3], data.Images.Select(image => (int)Pixel(image)));
        Assert.Equal([new(0, "What?", "red", ""), new([1, 2], "Which?", "red", ""), new(1, "What?", "red", "")], data.Examples);
        Assert.Equal(cell, data.Examples[1].ImagePath);
    }

    [Fact]
    public void A_file_may_be_called_like_a_list()
    {
        File.Copy(_folder["images/green.png"], _folder["images/[red.png]"]);
        Assert.Equal(2, Load(Header + "[red.png]\tWhat?\tred\t\n").Images.Select(Pixel).Single());
    }

    [Fact]
    public void The_order_of_a_rows_images_is_part_of_the_fingerprint()
    {
        string Of(string images) => Load($"{Header}{images}\tWhat?\tred\t\n").Fingerprint;
        string[] all = [Of("red.png"), Of("green.png"), Of("['red.png', 'green.png']"), Of("['green.png', 'red.png']"), Of("['red.png', 'red.png']")];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(all[0], Of("['red-again.png']"));
    }

    [Fact]
    public void Images_of_one_row_are_never_parted()
    {
        var builder = new VqaDataset.Builder();
        for (var row = 0; row < 30; row++)
            builder.Add([Image(row / 5 * 10 + row % 3), Image(row / 5 * 10 + (row + 1) % 3), Image(row / 5 * 10 + row % 3)], $"question {row}", "yes");
        var data = builder.Build();
        for (var seed = 0; seed < 10; seed++)
        {
            var (first, second) = data.SplitByImage(0.5, seed);
            Assert.Equal((15, 15, 9, 9), (first.Examples.Count, second.Examples.Count, first.Images.Count, second.Images.Count));
            Assert.Empty(first.Images.Intersect(second.Images));
        }
        Expect.Error(EosErrors.EmptyDataset, () => data.Take(5).SplitByImage(0.5, 1), "in common");

        static RgbImage Image(int value) => new(1, 1, [(byte)value, 0, 0]);
    }

    [Fact]
    public void Fields_that_begin_with_a_quotation_mark_are_noted_once()
    {
        var data = Load(Header + "red.png\tWhat?\tred\t\nred.png\t\"What?\"\t\"red\"\t\n");
        Assert.Equal("\"What?\"", data.Examples[1].Question);
        var note = Assert.Single(data.Notes);
        Assert.Contains("2 fields begin with a quotation mark, first in line 3", note);
        Assert.Contains("data.tsv", note);
        Assert.Empty(Load(Header + "red.png\tsay \"red\"\tred\t\n").Notes);
    }

    [Fact]
    public void A_fault_offers_its_place()
    {
        var error = Assert.Throws<EosException>(() => Load(Header + "red.png\tWhat?\tred\tx\n\ngone.png\tWhat?\tred\tx\n"));
        Assert.Equal((_folder["data.tsv"], 4, "EOS1011"), (error.File, error.Line, error.Code));
        Assert.StartsWith("the image 'gone.png' does not exist", error.Detail);
        Assert.Equal($"EOS1011: '{_folder["data.tsv"]}' line 4: {error.Detail}", error.Message);
        error = Assert.Throws<EosException>(() => Load(Header + "zero.png\tWhat?\tred\tx\n"));
        Assert.Equal((_folder["data.tsv"], 2, "EOS1010"), (error.File, error.Line, error.Code));
    }

    [Fact]
    public void A_row_knows_its_place_also_in_a_part_of_the_data()
    {
        var data = Load(Header + "\nred.png\tWhat?\tred\t\ngreen.png\tWhat?\tred\t\n").Take(2);
        Assert.Equal([(_folder["data.tsv"], 3), (_folder["data.tsv"], 4)], data.Examples.Select(example => (example.File!, example.Line!.Value)));
    }

    [Fact]
    public void Another_encoding_than_UTF8_is_refused()
    {
        File.WriteAllBytes(_folder["data.tsv"], [.. System.Text.Encoding.ASCII.GetBytes(Header), 0xE9, 0xFF]);
        Expect.Error(EosErrors.DatasetRow, () => VqaDataset.LoadTsv(_folder["data.tsv"], _folder["images"]), "UTF-8");
    }

    [Fact]
    public void Missing_files_and_folders_are_named()
    {
        Expect.Error(EosErrors.FileMissing, () => VqaDataset.LoadTsv(_folder["gone.tsv"], _folder["images"]), "gone.tsv");
        Expect.Error(EosErrors.FileMissing, () => VqaDataset.LoadTsv(_folder.Write("data.tsv", Header), _folder["gone"]), "gone");
    }

    [Fact]
    public void Take_keeps_the_first_rows_and_their_images_only()
    {
        var data = Make(images: 10, questions: 3);
        var taken = data.Take(7);
        Assert.Equal(data.Examples.Take(7), taken.Examples);
        Assert.Equal(3, taken.Images.Count);
        Assert.Equal(data.Fingerprint, data.Take(1000).Fingerprint);
        Expect.Error(EosErrors.EmptyDataset, () => data.Take(0));
    }

    [Theory]
    [InlineData(0.8, 8)]
    [InlineData(0.01, 1)]
    [InlineData(0.99, 9)]
    public void A_split_never_shares_an_image_and_loses_no_row(double fraction, int firstImages)
    {
        var data = Make(images: 10, questions: 3);
        var (first, second) = data.SplitByImage(fraction, seed: 4);
        Assert.Equal((firstImages, 10 - firstImages), (first.Images.Count, second.Images.Count));
        Assert.Empty(first.Images.Intersect(second.Images));
        Assert.Equal(Rows(data).Order(), Rows(first).Concat(Rows(second)).Order());
    }

    [Fact]
    public void A_split_is_the_seeds()
    {
        var data = Make(images: 30, questions: 1);
        Assert.Equal(data.SplitByImage(0.5, 1).First.Fingerprint, data.SplitByImage(0.5, 1).First.Fingerprint);
        Assert.NotEqual(data.SplitByImage(0.5, 1).First.Fingerprint, data.SplitByImage(0.5, 2).First.Fingerprint);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void A_fraction_outside_0_to_1_is_refused(double fraction) =>
        Expect.Error(EosErrors.InvalidOption, () => Make(images: 3, questions: 1).SplitByImage(fraction, 1));

    [Fact]
    public void One_image_cannot_be_split() => Expect.Error(EosErrors.EmptyDataset, () => Make(images: 1, questions: 5).SplitByImage(0.5, 1));

    [Fact]
    public void The_fingerprint_depends_on_every_pixel_and_text()
    {
        string Of(byte pixel, string question, string answer, string family)
        {
            var builder = new VqaDataset.Builder();
            builder.Add(new RgbImage(1, 1, [pixel, 0, 0]), question, answer, family);
            return builder.Build().Fingerprint;
        }
        Assert.Equal(Of(1, "q", "a", "f"), Of(1, "q", "a", "f"));
        string[] all = [Of(1, "q", "a", "f"), Of(2, "q", "a", "f"), Of(1, "qa", "", "f"), Of(1, "q", "af", ""), Of(1, "q", "a", "g")];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, f => Assert.Matches("^sha256:[0-9a-f]{64}$", f));
    }

    [Fact]
    public void Images_of_the_same_pixels_but_another_shape_are_two()
    {
        var builder = new VqaDataset.Builder();
        builder.Add(new RgbImage(2, 1, new byte[6]), "q", "a");
        builder.Add(new RgbImage(1, 2, new byte[6]), "q", "a");
        Assert.Equal(2, builder.Build().Images.Count);
    }

    [Fact]
    public void A_builder_refuses_an_empty_question()
    {
        var builder = new VqaDataset.Builder();
        Expect.Error(EosErrors.DatasetRow, () => builder.Add(new RgbImage(1, 1, new byte[3]), " ", "a"), "row 1");
        Expect.Error(EosErrors.DatasetRow, () => builder.Add([], "what?", "a"), "row 1 has no image");
        Expect.Error(EosErrors.EmptyDataset, () => builder.Build());
    }

    private const string Again = "; correct or remove the row.";

    [Theory]
    [InlineData("", true, "is empty; expected a header and rows of ImagePath, Question, Answer.")]
    [InlineData("\n\n", false, "is empty; expected a header and rows of ImagePath, Question.")]
    public void An_empty_table_is_named_with_what_is_expected(string text, bool answers, string what)
    {
        var file = _folder.Write("data.tsv", text);
        var error = Assert.Throws<EosException>(() => VqaDataset.LoadTsv(file, _folder["images"], answers));
        Assert.Equal((file, $"EOS1012: '{file}' {what}"), (error.File, error.Message));
    }

    [Theory]
    [InlineData("ImagePath\tText\n", true,
        "the header has the columns ImagePath, Text, expected ImagePath, Question and Answer between tabs.")]
    [InlineData("Text\tAnswer\n", false, "the header has the columns Text, Answer, expected ImagePath and Question between tabs.")]
    [InlineData(Header + "red.png\tWhat?\tred\n", true, "3 fields between tabs, expected 4 as in the header" + Again)]
    [InlineData(Header + "red.png\t\"What?\tred\n", true, "3 fields between tabs, expected 4 as in the header " +
        "(quotation marks have no meaning here: a field cannot hold a tab or a line end)" + Again)]
    [InlineData(Header + "data:image/png;base64,dGV4dA==\tWhat?\tred\tx\n", true,
        "the image 'the data: URI' is of no known image format; expected a whole PNG, JPEG, WebP, GIF or BMP file.")]
    public void What_is_wrong_with_a_table_is_said(string text, bool answers, string detail)
    {
        var file = _folder.Write("data.tsv", text);
        Assert.Equal(detail, Assert.Throws<EosException>(() => VqaDataset.LoadTsv(file, _folder["images"], answers)).Detail);
    }

    [Theory]
    [InlineData("\"red\"", "x", "a field begins", 3)]
    [InlineData("\"red\"", "\"x\"", "2 fields begin", 3)]
    [InlineData("red", "\"x\"", "a field begins", 4)]
    public void The_note_on_quotation_marks_counts_them_and_names_the_first(string first, string second, string begin, int line)
    {
        var data = Load($"{Header}red.png\tWhat?\tred\t\nred.png\tWhat?\t{first}\t\nred.png\tWhat?\t{second}\t\n");
        Assert.Equal($"'{_folder["data.tsv"]}': {begin} with a quotation mark, first in line {line}. Quotation marks have no meaning in " +
            "this table and stay in the text; leave them out if they are not part of it.", Assert.Single(data.Notes));
    }

    [Fact]
    public void The_family_may_be_the_first_column() =>
        Assert.Equal("colour", Assert.Single(Load("Family\tImagePath\tQuestion\tAnswer\ncolour\tred.png\tWhat?\tred\n").Examples).Family);

    [Fact]
    public void Answers_that_are_not_read_are_empty()
    {
        var file = _folder.Write("data.tsv", Header + "red.png\tWhat?\tred\tcolour\n");
        Assert.Equal([new(0, "What?", "", "colour")], VqaDataset.LoadTsv(file, _folder["images"], answers: false).Examples);
    }

    [Fact]
    public void A_table_that_is_missing_is_the_faults_file() => Assert.Equal(_folder["gone.tsv"],
        Assert.Throws<EosException>(() => VqaDataset.LoadTsv(_folder["gone.tsv"], _folder["images"])).File);

    [Fact]
    public void Two_images_can_be_split_and_what_cannot_says_why()
    {
        var (first, second) = Make(images: 2, questions: 1).SplitByImage(0.5, 1);
        Assert.Equal((1, 1), (first.Images.Count, second.Images.Count));
        Expect.Error(EosErrors.EmptyDataset, () => Make(images: 1, questions: 5).SplitByImage(0.5, 1),
            "EOS1012: the dataset has one image only and cannot be split by image; at least two are needed.");
        var builder = new VqaDataset.Builder();
        builder.Add([new RgbImage(1, 1, [1, 0, 0]), new RgbImage(1, 1, [2, 0, 0])], "question", "yes");
        Expect.Error(EosErrors.EmptyDataset, () => builder.Build().SplitByImage(0.5, 1), "EOS1012: the dataset's rows all have images in " +
            "common and cannot be split by image; at least two that have none are needed.");
        Expect.Error(EosErrors.InvalidOption, () => builder.Build().SplitByImage(1, 1),
            "EOS1013: a split fraction of 1 was asked for, expected more than 0 and less than 1.");
    }

    [Fact]
    public void A_builder_refuses_what_is_null()
    {
        var builder = new VqaDataset.Builder();
        Assert.Throws<ArgumentNullException>(() => builder.Add((RgbImage)null!, "question", "yes"));
        Assert.Throws<ArgumentNullException>(() => builder.Add(new RgbImage(1, 1, new byte[3]), "question", null!));
        Expect.Error(EosErrors.EmptyDataset, () => builder.Build());
    }

    private static byte Pixel(Visual image) => Assert.IsType<RgbImage>(image).Pixels.Span[0];

    private static IEnumerable<string> Rows(VqaDataset data) => data.Examples.Select(e => $"{Pixel(data.Images[Assert.Single(e.Images)])} {e.Question}");

    private static VqaDataset Make(int images, int questions)
    {
        var builder = new VqaDataset.Builder();
        for (var p = 0; p < images; p++)
        {
            for (var q = 0; q < questions; q++)
                builder.Add(new RgbImage(1, 1, [(byte)p, 0, 0]), $"question {q}", "yes");
        }
        return builder.Build();
    }

    private VqaDataset Load(string text) => VqaDataset.LoadTsv(_folder.Write("data.tsv", text), _folder["images"]);
}
