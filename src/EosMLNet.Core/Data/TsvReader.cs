using System.Text;

namespace EosMLNet.Data;

/// <summary>Reads the rows of <see cref="VqaDataset.LoadTsv"/>. Whatever is wrong with a row is said with the file's name and the line's number.</summary>
internal sealed class TsvReader
{
    private readonly string _file, _imageFolder;
    private readonly bool _answers;
    private readonly VqaDataset.Builder _builder = new();
    private readonly Dictionary<string, RgbImage> _pictures = []; // by full path: each file is decoded once
    private int _line;

    private TsvReader(string file, string imageFolder, bool answers) => (_file, _imageFolder, _answers) = (file, Path.GetFullPath(imageFolder), answers);

    internal static VqaDataset Read(string file, string imageFolder, bool answers)
    {
        if (!Directory.Exists(imageFolder))
            throw new EosException(EosErrors.FileMissing, $"the picture folder '{imageFolder}' does not exist.");
        try
        {
            return new TsvReader(file, imageFolder, answers).ReadRows(File.ReadLines(file, new UTF8Encoding(false, throwOnInvalidBytes: true)));
        }
        catch (DecoderFallbackException e)
        {
            throw new EosException(EosErrors.DatasetRow, $"'{file}' is not UTF-8 text; save it as UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{file}' cannot be read: {e.Message}", e);
        }
    }

    private VqaDataset ReadRows(IEnumerable<string> lines)
    {
        Columns? columns = null;
        foreach (var line in lines) // without their line ends, LF or CRLF
        {
            _line++;
            if (line.Length == 0)
                continue;
            if (columns is null)
                columns = ReadHeader(line);
            else
                Add(columns, line.Split('\t'));
        }
        if (columns is null)
            throw new EosException(EosErrors.EmptyDataset, $"'{_file}' is empty; expected a header and rows of ImagePath, Question{(_answers ? ", Answer" : "")}.");
        return _builder.Build();
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
        return columns is { ImagePath: >= 0, Question: >= 0 } && (columns.Answer >= 0 || !_answers)
            ? columns
            : throw Bad($"the header has the columns {string.Join(", ", names)}, expected {(_answers ? "ImagePath, Question and Answer" : "ImagePath and Question")} between tabs");
    }

    private void Add(Columns columns, string[] fields)
    {
        if (fields.Length != columns.Count)
            throw Bad($"{fields.Length} fields between tabs, expected {columns.Count} as in the header");
        var (question, answer) = (fields[columns.Question].Trim(), _answers ? fields[columns.Answer].Trim() : "");
        if (question.Length == 0)
            throw Bad("an empty question");
        if (_answers && answer.Length == 0)
            throw Bad("an empty answer");
        _builder.Add(Picture(fields[columns.ImagePath].Trim()), question, answer, columns.Family < 0 ? "" : fields[columns.Family].Trim());
    }

    private RgbImage Picture(string path)
    {
        var full = InsideFolder.Resolve(_imageFolder, path) ?? throw Bad($"the picture path '{path}' is empty, invalid or leads out of '{_imageFolder}'");
        if (_pictures.TryGetValue(full, out var picture))
            return picture;
        if (!File.Exists(full))
            throw Bad($"the picture '{path}' does not exist in '{_imageFolder}'");
        try
        {
            return _pictures[full] = RgbImage.Decode(full);
        }
        catch (EosException e)
        {
            throw new EosException(e.Code, $"'{_file}' line {_line}: {e.Message[(e.Code.Length + 2)..]}", e); // without the code, which the new message begins with
        }
    }

    private EosException Bad(string what) => new(EosErrors.DatasetRow, $"'{_file}' line {_line}: {what}; correct or remove the row.");

    private sealed record Columns(int Count, int ImagePath, int Question, int Answer, int Family);
}
