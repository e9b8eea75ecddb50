using Google.Protobuf;

namespace Neighbours;

/// <summary>
/// A model in ONNX that tells an image's mean colour: one node, from <c>pixels</c> (1, 3, 96, 96) to <c>colour</c> (1, 3, 1, 1). It stands
/// for the detector or the classifier that you have.
/// </summary>
internal static class MeanColour
{
    /// <summary>The side of the images that it takes, in pixels.</summary>
    internal const int Side = 96;

    private const long Float = 1; // TensorProto.DataType

    /// <summary>Writes the file. The numbers are those of the fields in onnx.proto.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file.</returns>
    internal static string Write(string path)
    {
        var node = Message((1, "pixels"), (2, "colour"), (4, "GlobalAveragePool"));
        var graph = Message((1, node), (2, "mean-colour"), (11, Tensor("pixels", 1, 3, Side, Side)), (12, Tensor("colour", 1, 3, 1, 1)));
        var operators = Message((1, ""), (2, 13L));                      // ONNX's own, version 13
        File.WriteAllBytes(path, Message((1, 7L), (7, graph), (8, operators)));
        return path;
    }

    private static byte[] Tensor(string name, params long[] shape)
    {
        var sizes = Message([.. shape.Select(size => (1, (object)Message((1, size))))]);
        return Message((1, name), (2, Message((1, Message((1, Float), (2, sizes))))));
    }

    private static byte[] Message(params (int Field, object Value)[] fields)
    {
        using var bytes = new MemoryStream();
        using (var message = new CodedOutputStream(bytes))
        {
            foreach (var (field, value) in fields)
            {
                message.WriteTag(field, value is long ? WireFormat.WireType.Varint : WireFormat.WireType.LengthDelimited);
                if (value is long number)
                    message.WriteInt64(number);
                else
                    message.WriteBytes(value is string text ? ByteString.CopyFromUtf8(text) : ByteString.CopyFrom((byte[])value));
            }
        }
        return bytes.ToArray();
    }
}
