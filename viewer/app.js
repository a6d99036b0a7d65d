/* app.js -- the page: its title, and the sentences as text. */
const read = (id) => JSON.parse(document.getElementById(id).textContent);

function show(tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    document.getElementById("app").append(element);
}

const page = read("page");
show("h1", page.title);
page.sentences.forEach((sentence, i) => {
    const { text, result } = read(`s${i}`);
    show("p", text);
    show("p", result.translation);
});
