/* amisdk.making, compiled: the same goes in and comes out, and the tests run on both.

   A text is read through its own length only, so that no bytes of a server can lead out of it,
   whatever they are. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

enum { TEXT, VALUE, MANY };

/* What became of a header, or of the message. */
enum { TAKEN = 0, UNUSUAL = 1, FAILED = -1 };

static PyObject *nothing; /* the texts that mean "nothing" */
static PyObject *no_arguments;
static PyObject *name_dict, *name_given, *name_extra, *name_private, *name_frame;

/* A message, and its bytes where one stands for one character; else NULL. */
typedef struct {
    PyObject *text;
    const char *bytes;
    Py_ssize_t length;
} Frame;

/* Return where the character stands, from start to end; end if nowhere, -2 for an error. */
static Py_ssize_t find(const Frame *frame, Py_UCS4 character, Py_ssize_t start, Py_ssize_t end)
{
    if (start >= end)
        return end;
    if (frame->bytes == NULL) {
        Py_ssize_t at = PyUnicode_FindChar(frame->text, character, start, end, 1);
        return at == -1 ? end : at;
    }
    const char *at = memchr(frame->bytes + start, (int)character, (size_t)(end - start));
    return at == NULL ? end : at - frame->bytes;
}

/* Return where two characters stand in a row; end if nowhere, -2 for an error. */
static Py_ssize_t find_both(const Frame *frame, Py_UCS4 first, Py_UCS4 second, Py_ssize_t start,
                            Py_ssize_t end)
{
    Py_ssize_t at = start;
    while ((at = find(frame, first, at, end)) >= 0 && at < end) {
        if (at + 1 < end && PyUnicode_READ_CHAR(frame->text, at + 1) == second)
            return at;
        at++;
    }
    return at < 0 ? at : end;
}

/* Whether the text from start to end is the name; -1 for an error. */
static int is_name(const Frame *frame, Py_ssize_t start, Py_ssize_t end, PyObject *name)
{
    if (!PyUnicode_Check(name) || PyUnicode_GET_LENGTH(name) != end - start)
        return 0;
    if (frame->bytes != NULL && PyUnicode_KIND(name) == PyUnicode_1BYTE_KIND)
        return memcmp(frame->bytes + start, PyUnicode_1BYTE_DATA(name), (size_t)(end - start)) == 0;
    return (int)PyUnicode_Tailmatch(frame->text, name, start, end, -1);
}

/* Return how the header from start to end is taken, a borrowed reference; NULL if that is not
   known, or for an error. The messages of a class have their headers mostly in the same order. */
static PyObject *entry_of(const Frame *frame, Py_ssize_t start, Py_ssize_t end, PyObject *plain,
                          PyObject *special, PyObject *order, Py_ssize_t number)
{
    Py_ssize_t met = PyList_GET_SIZE(order);
    if (2 * number + 1 < met) {
        int same = is_name(frame, start, end, PyList_GET_ITEM(order, 2 * number));
        if (same < 0)
            return NULL;
        if (same)
            return PyList_GET_ITEM(order, 2 * number + 1);
    }
    PyObject *name = PyUnicode_Substring(frame->text, start, end);
    if (name == NULL)
        return NULL;
    PyObject *entry = PyDict_GetItemWithError(plain, name);
    if (entry == NULL && !PyErr_Occurred())
        entry = PyDict_GetItemWithError(special, name);
    int result = TAKEN;
    if (entry != NULL && 2 * number + 1 < met) {
        result = PyList_SetItem(order, 2 * number, Py_NewRef(name));
        if (result == TAKEN)
            result = PyList_SetItem(order, 2 * number + 1, Py_NewRef(entry));
    }
    else if (entry != NULL && 2 * number == met && number < 64) {
        result = PyList_Append(order, name);
        if (result == TAKEN)
            result = PyList_Append(order, entry);
    }
    Py_DECREF(name);
    return result == TAKEN ? entry : NULL;
}

/* Give a field its value, unless it has one. */
static int give(PyObject *field, PyObject *value, PyObject *values, PyObject *given)
{
    Py_ssize_t before = PySet_GET_SIZE(given);
    if (PySet_Add(given, field) < 0)
        return FAILED;
    if (PySet_GET_SIZE(given) == before)
        return UNUSUAL;
    return PyDict_SetItem(values, field, value);
}

/* Take a text whose entry is no more than a field. */
static int take_plain(const Frame *frame, Py_ssize_t start, Py_ssize_t end, PyObject *field,
                      PyObject *values, PyObject *given)
{
    if (start >= end)
        return TAKEN;
    PyObject *text = PyUnicode_Substring(frame->text, start, end);
    if (text == NULL)
        return FAILED;
    Py_UCS4 first = PyUnicode_READ_CHAR(frame->text, start);
    int result = first == '<' || first == '(' ? PySet_Contains(nothing, text) : 0;
    if (result == 0)
        result = give(field, text, values, given);
    else if (result > 0)
        result = TAKEN;
    Py_DECREF(text);
    return result;
}

/* Return the value of a text, a new reference: None for none, NotImplemented if it is unusual. */
static PyObject *value_of(PyObject *text, long kind, PyObject *known, PyObject *turn)
{
    if (kind == VALUE) {
        PyObject *value = PyDict_GetItemWithError(known, text);
        if (value != NULL)
            return Py_NewRef(value);
        return PyErr_Occurred() ? NULL : PyObject_CallOneArg(turn, text);
    }
    int none = PySet_Contains(known, text);
    if (none != 0)
        return none < 0 ? NULL : Py_NewRef(Py_None);
    if (turn != Py_None) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(text);
        Py_ssize_t at = PyUnicode_FindChar(text, '\\', 0, length, 1);
        if (at != -1)
            return at < 0 ? NULL : PyObject_CallOneArg(turn, text);
    }
    return Py_NewRef(text);
}

/* Put a text to the others of its field; its entry is the first of them. */
static int gather(PyObject *field, PyObject *entry, PyObject *text, PyObject **many)
{
    if (*many == NULL && (*many = PyDict_New()) == NULL)
        return FAILED;
    PyObject *texts = PyDict_GetItemWithError(*many, field); /* borrowed */
    if (texts == NULL) {
        if (PyErr_Occurred() || (texts = PyList_New(0)) == NULL)
            return FAILED;
        int result = PyList_Append(texts, entry);
        if (result == TAKEN)
            result = PyDict_SetItem(*many, field, texts);
        Py_DECREF(texts); /* the dict holds it */
        if (result < 0)
            return FAILED;
    }
    return PyList_Append(texts, text);
}

/* Take a text by an entry of four: kind, field, what is known, what turns it into a value. */
static int take_special(const Frame *frame, Py_ssize_t start, Py_ssize_t end, PyObject *entry,
                        PyObject *values, PyObject *given, PyObject **many)
{
    long kind = PyLong_AsLong(PyTuple_GET_ITEM(entry, 0));
    PyObject *field = PyTuple_GET_ITEM(entry, 1);
    PyObject *text = PyUnicode_Substring(frame->text, start, end);
    if (text == NULL)
        return FAILED;
    int result;
    if (kind == MANY) {
        result = gather(field, entry, text, many);
    }
    else {
        PyObject *value =
            value_of(text, kind, PyTuple_GET_ITEM(entry, 2), PyTuple_GET_ITEM(entry, 3));
        if (value == NULL)
            result = FAILED;
        else if (value == Py_None)
            result = TAKEN;
        else if (value == Py_NotImplemented)
            result = UNUSUAL;
        else
            result = give(field, value, values, given);
        Py_XDECREF(value);
    }
    Py_DECREF(text);
    return result;
}

/* Give the fields of several texts their values. */
static int give_many(PyObject *many, PyObject *values, PyObject *given)
{
    PyObject *field, *texts;
    Py_ssize_t at = 0;
    while (PyDict_Next(many, &at, &field, &texts)) {
        PyObject *turn = Py_NewRef(PyTuple_GET_ITEM(PyList_GET_ITEM(texts, 0), 3));
        int result = PyList_SetSlice(texts, 0, 1, NULL);
        PyObject *value = result < 0 ? NULL : PyObject_CallOneArg(turn, texts);
        Py_DECREF(turn);
        if (value == NULL)
            return FAILED;
        result = value == Py_NotImplemented ? UNUSUAL : give(field, value, values, given);
        Py_DECREF(value);
        if (result != TAKEN)
            return result;
    }
    return TAKEN;
}

/* Take every header of a message. */
static int take_all(const Frame *frame, PyObject *plan, PyObject *values, PyObject *given,
                    PyObject **many)
{
    PyObject *plain = PyTuple_GET_ITEM(plan, 2), *special = PyTuple_GET_ITEM(plan, 3);
    PyObject *order = PyTuple_GET_ITEM(plan, 4);
    Py_ssize_t start = 0;
    for (Py_ssize_t number = 0; start <= frame->length; number++) {
        Py_ssize_t end = find_both(frame, '\r', '\n', start, frame->length);
        Py_ssize_t mark = end < 0 ? end : find_both(frame, ':', ' ', start, end);
        if (mark < 0)
            return FAILED;
        PyObject *entry = entry_of(frame, start, mark, plain, special, order, number);
        if (entry == NULL)
            return PyErr_Occurred() ? FAILED : UNUSUAL;
        int result = TAKEN;
        Py_INCREF(entry);
        if (PyUnicode_Check(entry))
            result = take_plain(frame, mark + 2, end, entry, values, given);
        else if (mark == end)
            result = UNUSUAL; /* a line without a value */
        else if (PyTuple_Check(entry) && PyTuple_GET_SIZE(entry) == 4)
            result = take_special(frame, mark + 2, end, entry, values, given, many);
        Py_DECREF(entry);
        if (result != TAKEN)
            return result;
        start = end + 2;
    }
    return *many == NULL ? TAKEN : give_many(*many, values, given);
}

/* Return a new instance that holds these values. */
static PyObject *instance(PyObject *model, PyObject *values, PyObject *given)
{
    PyTypeObject *type = (PyTypeObject *)model;
    PyObject *made = type->tp_new(type, no_arguments, NULL);
    if (made == NULL || PyObject_GenericSetAttr(made, name_dict, values) < 0 ||
        PyObject_GenericSetAttr(made, name_given, given) < 0 ||
        PyObject_GenericSetAttr(made, name_extra, Py_None) < 0 ||
        PyObject_GenericSetAttr(made, name_private, Py_None) < 0)
        Py_CLEAR(made);
    return made;
}

static int is_plan(PyObject *plan)
{
    return PyTuple_Check(plan) && PyTuple_GET_SIZE(plan) == 5 &&
           PyType_Check(PyTuple_GET_ITEM(plan, 0)) && PyDict_Check(PyTuple_GET_ITEM(plan, 1)) &&
           PyDict_Check(PyTuple_GET_ITEM(plan, 2)) && PyDict_Check(PyTuple_GET_ITEM(plan, 3)) &&
           PyList_Check(PyTuple_GET_ITEM(plan, 4));
}

static PyObject *make(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count == 2 && args[1] == Py_None)
        Py_RETURN_NONE;
    if (count != 2 || !PyUnicode_Check(args[0]) || !is_plan(args[1])) {
        PyErr_SetString(PyExc_TypeError, "make takes a text and a plan");
        return NULL;
    }
    Frame frame = {args[0], NULL, PyUnicode_GET_LENGTH(args[0])};
    if (PyUnicode_KIND(frame.text) == PyUnicode_1BYTE_KIND)
        frame.bytes = (const char *)PyUnicode_1BYTE_DATA(frame.text);
    PyObject *many = NULL, *made = NULL;
    PyObject *values = PyDict_Copy(PyTuple_GET_ITEM(args[1], 1));
    PyObject *given = values == NULL ? NULL : PySet_New(NULL);
    int result = given == NULL ? FAILED : take_all(&frame, args[1], values, given, &many);
    if (result == TAKEN)
        result = PyDict_SetItem(values, name_frame, frame.text);
    if (result == TAKEN)
        made = instance(PyTuple_GET_ITEM(args[1], 0), values, given);
    Py_XDECREF(values);
    Py_XDECREF(given);
    Py_XDECREF(many);
    return result == UNUSUAL ? Py_NewRef(Py_None) : made;
}

/* Return where a blank line begins; end if nowhere. */
static const char *blank_line(const char *at, const char *end)
{
    while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
        if (end - at >= 4 && memcmp(at, "\r\n\r\n", 4) == 0)
            return at;
        at++;
    }
    return end;
}

/* Whether the first line of a message is among the unwanted; -1 for an error. */
static int is_unwanted(const char *start, const char *end, PyObject *unwanted)
{
    const char *stop = start;
    while ((stop = memchr(stop, '\r', (size_t)(end - stop))) != NULL && stop + 1 < end &&
           stop[1] != '\n')
        stop++;
    if (stop == NULL || stop + 1 >= end)
        stop = end;
    PyObject *line = PyUnicode_DecodeUTF8(start, stop - start, "surrogateescape");
    if (line == NULL)
        return -1;
    int result = PySet_Contains(unwanted, line);
    Py_DECREF(line);
    return result;
}

/* Return the messages from start to end and their number; None if that is not all there is. */
static PyObject *cut_all(const char *start, const char *end, PyObject *unwanted)
{
    if (end - start >= 2 && memcmp(end - 2, "\r\n", 2) == 0)
        Py_RETURN_NONE;
    int choosy = PySet_GET_SIZE(unwanted) > 0;
    Py_ssize_t number = 0;
    PyObject *frames = PyList_New(0);
    while (frames != NULL && start <= end) {
        const char *stop = blank_line(start, end);
        if (stop == start || (unsigned char)*start < ' ') {
            Py_DECREF(frames);
            Py_RETURN_NONE;
        }
        int skip = choosy ? is_unwanted(start, stop, unwanted) : 0;
        if (skip == 0) {
            PyObject *frame = PyUnicode_DecodeUTF8(start, stop - start, "surrogateescape");
            if (frame == NULL || PyList_Append(frames, frame) < 0)
                skip = -1;
            Py_XDECREF(frame);
        }
        if (skip < 0)
            Py_CLEAR(frames);
        number++;
        start = stop + 4;
    }
    return frames == NULL ? NULL : Py_BuildValue("(Nn)", frames, number);
}

static PyObject *cut(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Py_buffer view;
    if (count != 3 || !PyByteArray_Check(args[0]) || !PyLong_Check(args[1]) ||
        !PyAnySet_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "cut takes a bytearray, a length and a set");
        return NULL;
    }
    if (PyObject_GetBuffer(args[0], &view, PyBUF_SIMPLE) < 0)
        return NULL;
    Py_ssize_t length = PyLong_AsSsize_t(args[1]);
    PyObject *result = NULL;
    if (length >= 0 && length <= view.len)
        result = cut_all(view.buf, (const char *)view.buf + length, args[2]);
    else if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "there are not as many bytes");
    PyBuffer_Release(&view);
    return result;
}

static PyMethodDef methods[] = {
    {"cut", (PyCFunction)(void (*)(void))cut, METH_FASTCALL, "See amisdk.making."},
    {"make", (PyCFunction)(void (*)(void))make, METH_FASTCALL, "See amisdk.making."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_making", "amisdk.making, compiled.", -1, methods, NULL, NULL, NULL,
    NULL,
};

PyMODINIT_FUNC PyInit__making(void)
{
    no_arguments = PyTuple_New(0);
    name_dict = PyUnicode_InternFromString("__dict__");
    name_given = PyUnicode_InternFromString("__pydantic_fields_set__");
    name_extra = PyUnicode_InternFromString("__pydantic_extra__");
    name_private = PyUnicode_InternFromString("__pydantic_private__");
    name_frame = PyUnicode_InternFromString("_frame");
    nothing = Py_BuildValue("(ssss)", "", "<unknown>", "<none>", "(null)");
    if (PyErr_Occurred())
        return NULL;
    Py_SETREF(nothing, PyFrozenSet_New(nothing));
    PyObject *made = nothing == NULL ? NULL : PyModule_Create(&module);
    PyObject *names = made == NULL ? NULL : Py_BuildValue("[ss]", "cut", "make");
    if (names == NULL || PyModule_AddObjectRef(made, "__all__", names) < 0)
        Py_CLEAR(made);
    Py_XDECREF(names);
    return made;
}
