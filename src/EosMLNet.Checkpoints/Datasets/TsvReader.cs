using System.Buffers.Text;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Reads the rows of <see cref="VqaDataset.LoadTsv"/>. Whatever is wrong with a row is said with the file's name and the line's number.
/// </summary>
internal sealed class TsvReader
{
    private readonly string _file, _imageFolder;
    private readonly bool _answers;
    private readonly FrameSampling? _videos;
    private readonly VqaDataset.Builder _builder = new();
    private readonly Dictionary<string, Visual> _images = []; // by full path: each file is decoded once
    private int _line, _quotedFields, _firstQuoted;

    private TsvReader(string file, string imageFolder, bool answers, FrameSampling? videos) =>
        (_file, _imageFolder, _answers, _videos) = (file, Path.GetFullPath(imageFolder), answers, videos);

    internal static VqaDataset Read(string file, string imageFolder, bool answers, FrameSampling? videos, TsvPart? part)
    {
        if (!Directory.Exists(imageFolder))
            throw new EosException(EosErrors.FileMissing, $"the image folder '{imageFolder}' does not exist.");
        try
        {
            return new TsvReader(file, imageFolder, answers, videos).ReadRows(Lines(file, part));
        }
        catch (DecoderFallbackException e)
        {
            throw EosException.At(EosErrors.DatasetRow, file, null, "this is not UTF-8 text; save it as UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{file}' cannot be read: {e.Message}", e) { File = file };
        }
    }

    // Without their line ends, LF or CRLF: all of the file's, or the header and those of a part.
    private static IEnumerable<(int Number, string Text)> Lines(string file, TsvPart? part)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var all = File.ReadLines(file, text).Select((line, i) => (Number: i + 1, Text: line));
        return part is null ? all : all.Where(line => line.Text.Length > 0).Take(1)
            .Concat(LinesOf(text.GetString(TsvParts.Read(file, part))).Select((line, i) => (checked((int)part.Line + i), line)));
    }

    private static IEnumerable<string> LinesOf(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private VqaDataset ReadRows(IEnumerable<(int Number, string Text)> lines)
    {
        Columns? columns = null;
        foreach (var (number, line) in lines)
        {
            _line = number;
            if (line.Length == 0)
                continue;
            if (columns is null)
                columns = ReadHeader(line);
            else
                Add(columns, line.Split('\t'));
        }
        if (columns is null)
        {
            throw new EosException(EosErrors.EmptyDataset,
                $"'{_file}' is empty; expected a header and rows of ImagePath, Question{(_answers ? ", Answer" : "")}.")
            { File = _file };
        }
        return _builder.Build(_quotedFields == 0 ? [] :
        [
            $"'{_file}': {(_quotedFields == 1 ? "a field begins" : $"{_quotedFields} fields begin")} with a quotation mark, first in " +
            $"line {_firstQuoted}. " +
            "Quotation marks have no meaning in this table and stay in the text; leave them out if they are not part of it.",
        ]);
    }

    private Columns ReadHeader(string line)
    {
        var names = line.Split('\t').Select(name => name.Trim()).ToList();
        int Find(string name)
        {
            var index = names.IndexOf(name);
            if (index != names.LastIndexOf(name))
                throw Bad($"the header names the column {name} twice");
            return index;
        }
        var columns = new Columns(names.Count, Find("ImagePath"), Find("Question"), _answers ? Find("Answer") : -1, Find("Family"));
        string[] wanted = _answers ? ["ImagePath", "Question", "Answer"] : ["ImagePath", "Question"];
        string[] missing = [.. wanted.Where(name => !names.Contains(name))];
        if (missing.Length == 0)
            return columns;
        throw EosException.At(EosErrors.DatasetRow, _file, _line,
            $"the header has the columns {string.Join(", ", names)}, expected " +
            $"{(_answers ? "ImagePath, Question and Answer" : "ImagePath and Question")} between tabs." +
            TableHints.ForHeader(names, missing));
    }

    private void Add(Columns columns, string[] fields)
    {
        var quoted = fields.Count(field => field.StartsWith('"'));
        if (fields.Length != columns.Count)
        {
            throw Bad($"{fields.Length} fields between tabs, expected {columns.Count} as in the header" +
                (quoted > 0 ? " (quotation marks have no meaning here: a field cannot hold a tab or a line end)" : ""));
        }
        if (quoted > 0 && _quotedFields == 0)
            _firstQuoted = _line;
        _quotedFields += quoted;
        var (question, answer) = (fields[columns.Question].Trim(), _answers ? fields[columns.Answer].Trim() : "");
        if (question.Length == 0)
            throw Bad("an empty question");
        if (_answers && answer.Length == 0)
            throw Bad("an empty answer");
        var path = fields[columns.ImagePath].Trim();
        var images = Images(path);
        if (VisionLanguageProcessor.WrongMarks(question, images.Count) is { } wrong)
            throw Bad($"the question {wrong.TrimEnd('.')}");
        _builder.Add(images, question, answer, columns.Family < 0 ? "" : fields[columns.Family].Trim(), path, _file, _line);
    }

    private IReadOnlyList<Visual> Images(string cell)
    {
        var paths = ImageCell.Images(cell, _imageFolder);
        if (paths.Count == 0)
            throw Bad("the image is an empty list, expected a path or a list of paths");
        if (paths.Count > 1 && paths.Contains(""))
            throw Bad($"the image is a list of {paths.Count}, and one of them is empty; expected the path of a file in each place");
        return [.. paths.Select(ImageOf)];
    }

    private Visual ImageOf(string path)
    {
        if (ImageCell.VideoPath(path) is { } video)
            return VideoOf(video);
        if (ImageCell.DataHeader(path) is not 0 and var header)
        {
            return header > 0
                ? Decode(path, () => Embedded(path, header))
                : throw Bad("the image is a data: URI that is not in Base64, expected data:image/png;base64, and the image");
        }
        if (ImageCell.IsAddress(path))
            throw Bad($"the image is the address '{path}', which is not fetched; expected the path of a file");
        var full = InsideFolder.Resolve(_imageFolder, path)
            ?? throw Bad($"the image path '{path}' is empty, invalid or leads out of '{_imageFolder}'");
        if (!_images.ContainsKey(full) && !File.Exists(full))
            throw Bad($"the image '{path}' does not exist in '{_imageFolder}'");
        return Decode(full, () => RgbImage.Decode(full));
    }

    private Visual Decode(string key, Func<Visual> decode)
    {
        if (_images.TryGetValue(key, out var image))
            return image;
        try
        {
            return _images[key] = decode();
        }
        catch (EosException e)
        {
            throw EosException.At(e.Code, _file, _line, e.Detail, e);
        }
    }

    private VideoFrames VideoOf(string path)
    {
        var sampling = _videos ?? throw Bad($"the video '{path}' is asked about, but the model takes no videos");
        var full = InsideFolder.Resolve(_imageFolder, path)
            ?? throw Bad($"the path '{path}' of a video is empty, invalid or leads out of '{_imageFolder}'");
        if (!File.Exists(full) && !Directory.Exists(full))
            throw Bad($"the video '{path}' does not exist in '{_imageFolder}'");
        return (VideoFrames)Decode($"video:{full}", () => VideoFile.Read(full, sampling));
    }

    private static RgbImage Embedded(string cell, int header)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(cell.Length - header) + 3];
        return Convert.TryFromBase64Chars(cell.AsSpan(header), bytes, out var length)
            ? RgbImage.Decode(bytes.AsSpan(0, length), "the data: URI")
            : throw new EosException(EosErrors.UnreadableImage, "the image's data: URI is not Base64 text.");
    }

    private EosException Bad(string what) => EosException.At(EosErrors.DatasetRow, _file, _line, $"{what}; correct or remove the row.");

    private sealed record Columns(int Count, int ImagePath, int Question, int Answer, int Family);
}
