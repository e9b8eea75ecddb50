using System.Security.Cryptography;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Questions about images, one or several each, with their answers. Equal images are kept once, so that an image asked about ten times is
/// encoded once. Immutable.
/// </summary>
public sealed class VqaDataset
{
    private readonly Lazy<string> _fingerprint;

    private VqaDataset(IReadOnlyList<Visual> images, IReadOnlyList<VqaExample> examples)
    {
        if (examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset,
                "the dataset has no rows; at least one image with a question and an answer is needed.");
        (Images, Examples) = (images, examples);
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>The different images and videos, in the order in which they are first asked about.</summary>
    public IReadOnlyList<Visual> Images { get; }

    /// <summary>The rows, in their original order; at least one.</summary>
    public IReadOnlyList<VqaExample> Examples { get; }

    /// <summary>
    /// What a reader of the table should know, a sentence each: quotation marks that were taken as text, say. Empty where there is nothing
    /// to say, and for parts of a dataset.
    /// </summary>
    public IReadOnlyList<string> Notes { get; internal init; } = [];

    /// <summary>Identifies the data: <c>sha256:</c> and the hash over pixels and texts, in hexadecimal.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>
    /// Reads a tab-separated file with a header that names the columns <c>ImagePath</c>, <c>Question</c>, <c>Answer</c> and, optionally,
    /// <c>Family</c>, in any order and among others. Quotation marks have no meaning; <see cref="Notes"/> says so where a field begins with
    /// one. Lines that are empty are skipped. Instead of a path a field may hold the image itself, as a <c>data:</c> URI in Base64, or a
    /// list of both for a question about several images, as JSON or Python writes it: <c>["a.png", "b.png"]</c>. A video is the path of a
    /// file or of a folder of frames behind <c>video:</c>, as in <c>video:clips/7.mp4</c>.
    /// </summary>
    /// <remarks>Faults of a row carry its place: <see cref="EosException.File"/> and <see cref="EosException.Line"/>.</remarks>
    /// <param name="tsvPath">The file, UTF-8.</param>
    /// <param name="imageFolder">The folder that the image paths start from; they may not leave it.</param>
    /// <param name="answers">Whether there are answers. Where not, a column of that name is not read, and all answers are empty: enough for
    /// a search that asks the unreduced model.</param>
    /// <param name="videos">Which frames of videos are read: <see cref="ImageProcessor.Sampling"/> of the model that will see them; null
    /// where there may be no videos.</param>
    /// <exception cref="EosException">EOS1001: no such file. EOS1010: an image or video cannot be decoded. EOS1011: a malformed row.
    /// EOS1012: no rows. EOS2005: a video needs ffmpeg, which is not installed.</exception>
    public static VqaDataset LoadTsv(string tsvPath, string imageFolder, bool answers = true, FrameSampling? videos = null) =>
        TsvReader.Read(tsvPath, imageFolder, answers, videos, part: null);

    /// <summary>The same for a part of the table.</summary>
    /// <param name="tsvPath">As there.</param>
    /// <param name="part">The rows, one of <see cref="TsvParts.Of"/>.</param>
    /// <param name="imageFolder">As there.</param>
    /// <param name="answers">As there.</param>
    /// <param name="videos">As there.</param>
    /// <exception cref="EosException">As there, and EOS1011: the table was changed since it was divided.</exception>
    public static VqaDataset LoadTsvPart(
        string tsvPath, TsvPart part, string imageFolder, bool answers = true, FrameSampling? videos = null) =>
        TsvReader.Read(tsvPath, imageFolder, answers, videos, part);

    /// <summary>The first <paramref name="examples"/> rows, or all where there are fewer.</summary>
    /// <exception cref="EosException">EOS1012: that leaves no rows.</exception>
    public VqaDataset Take(int examples) => Select(Examples.Take(examples));

    /// <summary>
    /// Splits the rows so that no image is in both parts; each part has at least one image. Images of one row stay together.
    /// </summary>
    /// <param name="fraction">The share of the images, or groups of them, that goes to the first part, between 0 and 1.</param>
    /// <param name="seed">Which images: the same seed gives the same split on every machine.</param>
    /// <exception cref="EosException">EOS1013: the fraction is not between 0 and 1. EOS1012: there is only one image, or one
    /// group.</exception>
    public (VqaDataset First, VqaDataset Second) SplitByImage(double fraction, int seed)
    {
        if (!(fraction is > 0 and < 1))
            throw new EosException(EosErrors.InvalidOption,
                $"a split fraction of {fraction} was asked for, expected more than 0 and less than 1.");
        var groups = ImageGroups.OfRows([.. Examples.Select(example => example.Images)]);
        var order = Enumerable.Range(0, groups.Max() + 1).ToArray();
        if (order.Length < 2)
            throw new EosException(EosErrors.EmptyDataset, Images.Count < 2
                ? "the dataset has one image only and cannot be split by image; at least two are needed."
                : "the dataset's rows all have images in common and cannot be split by image; at least two that have none are needed.");
        new Random(seed).Shuffle(order);
        var count = Math.Clamp((int)Math.Round(fraction * order.Length), 1, order.Length - 1);
        var first = order.Take(count).ToHashSet();
        return (Select(Examples.Where((_, row) => first.Contains(groups[row]))),
            Select(Examples.Where((_, row) => !first.Contains(groups[row]))));
    }

    private VqaDataset Select(IEnumerable<VqaExample> examples)
    {
        var images = new List<Visual>();
        var newIndex = new Dictionary<int, int>();
        var selected = new List<VqaExample>();
        foreach (var example in examples)
        {
            foreach (var image in example.Images)
                if (newIndex.TryAdd(image, images.Count))
                    images.Add(Images[image]);
            selected.Add(example with { Images = [.. example.Images.Select(image => newIndex[image])] });
        }
        return new VqaDataset(images, selected);
    }

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var images = Images.Select(p => p.Hash()).ToArray();
        foreach (var (own, question, answer, family) in Examples)
        {
            foreach (var text in (string[])[string.Join(' ', own.Select(image => images[image])), question, answer, family])
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                hash.AppendData(BitConverter.GetBytes(bytes.Length)); // so that no text can pass for the end of another
                hash.AppendData(bytes);
            }
        }
        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    /// <summary>Collects rows; equal images are recognised by their pixels.</summary>
    public sealed class Builder
    {
        private readonly List<Visual> _images = [];
        private readonly List<VqaExample> _examples = [];
        private readonly Dictionary<string, int> _byHash = [];
        // saves hashing the same object again
        private readonly Dictionary<Visual, int> _byObject = new(ReferenceEqualityComparer.Instance);

#pragma warning disable RS0026 // one image or a list of them: no call fits both
        /// <summary>Adds a row.</summary>
        /// <exception cref="EosException">EOS1011: the question is empty.</exception>
        public void Add(Visual image, string question, string answer, string family = "") => Add([image], question, answer, family);

        /// <summary>Adds a row about several images.</summary>
        /// <param name="images">The images, at least one, in the order in which the model sees them.</param>
        /// <param name="question">The question.</param>
        /// <param name="answer">The expected answer.</param>
        /// <param name="family">The kind of question.</param>
        /// <exception cref="EosException">EOS1011: there is no image, or the question is empty.</exception>
        public void Add(IReadOnlyList<Visual> images, string question, string answer, string family = "") =>
            Add(images, question, answer, family, null, null, null);
#pragma warning restore RS0026

        /// <summary>The same for a row of a table.</summary>
        internal void Add(
            IReadOnlyList<Visual> images, string question, string answer, string family, string? imagePath, string? file, int? line)
        {
            foreach (var image in images)
                ArgumentNullException.ThrowIfNull(image);
            ArgumentNullException.ThrowIfNull(answer);
            if (images.Count == 0)
                throw new EosException(EosErrors.DatasetRow, $"row {_examples.Count + 1} has no image; each row needs one.");
            if (string.IsNullOrWhiteSpace(question))
                throw new EosException(EosErrors.DatasetRow, $"row {_examples.Count + 1} has an empty question; each row needs one.");
            int[] indices = [.. images.Select(IndexOf)];
            _examples.Add(new VqaExample(indices, question, answer, family) { ImagePath = imagePath, File = file, Line = line });
        }

        /// <summary>Makes the dataset of the rows added so far.</summary>
        /// <exception cref="EosException">EOS1012: there are none.</exception>
        public VqaDataset Build() => Build([]);

        /// <summary>The same with <see cref="VqaDataset.Notes"/>.</summary>
        internal VqaDataset Build(IReadOnlyList<string> notes) => new([.. _images], [.. _examples]) { Notes = notes };

        private int IndexOf(Visual image)
        {
            if (_byObject.TryGetValue(image, out var index))
                return index;
            var hash = image.Hash();
            if (!_byHash.TryGetValue(hash, out index))
            {
                _byHash[hash] = index = _images.Count;
                _images.Add(image);
            }
            return _byObject[image] = index;
        }
    }
}
